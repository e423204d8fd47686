"""Pure: what a wrist pager of each kind makes of the text that reached it."""

from __future__ import annotations

from broker_config.messages.page import PageFormat

NUMERIC = "0123456789 U-[]()"
"""What the seven segments of a numeric pager can show."""


def as_shown(text: str, kind: PageFormat, longest: int) -> str:
    """A text pager shows its first characters, a numeric one the signs it knows, the others nothing."""
    if kind is PageFormat.TEXT:
        return " ".join(text.split())[:longest]
    if kind is PageFormat.NUMERIC:
        return "".join(sign if sign in NUMERIC else " " for sign in text.upper())[:longest].strip()
    return ""
