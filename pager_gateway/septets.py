"""A page's body as the seven bits that boxes with a text line take. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from broker_config.charsets import CHARSETS, NAMES, to_septets
from pager_gateway.errors import Refused


def encode(
    body: str, charset: str, *, replace: Mapping[str, str] | None = None, line_break: bytes = b" "
) -> bytes:
    """Codes 20..7F, and `line_break` between lines; no blanks at the end. Raises Refused for an unknown charset."""
    if charset not in CHARSETS:
        raise Refused("charset", f"character set {charset} is not known here; there are: {', '.join(NAMES)}")
    text = body.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    for sign, instead in (replace or {}).items():
        text = text.replace(sign, instead)
    return line_break.join(to_septets(line, charset) for line in text.split("\n"))


def names_without(codes: Collection[int]) -> list[str]:
    """The character sets that no letter of theirs stands on one of these codes; an ASCII sign there can be replaced."""
    return [
        name
        for name in NAMES
        if not any(code in codes and ord(sign) != code for sign, code in CHARSETS[name].items())
    ]
