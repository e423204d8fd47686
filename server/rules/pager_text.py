"""A text made for one pager: only signs that its display has, and never longer than it. Pure.

In this order: symbols in plain signs, capitals where the pager has no others, what it has stays, then our tables,
then `?`. The cut comes last, since spelling makes a text longer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from broker_config.charsets import CAPITALS_ONLY, CHARSETS
from server.rules.transliterate import NOBODY_KNOWS, to_cyrillic, to_latin

MARK = ".."
"""Stands at the end of what was cut."""
VISIBLE = 16
"""Signs that a wrist shows without scrolling, if nobody said anything else."""
PLAIN = "ascii"
"""The set of a pager of which we know nothing better."""
_SYMBOLS = str.maketrans(
    {
        **dict.fromkeys("«»„“”", '"'),
        "’": "'",
        **dict.fromkeys("—–−", "-"),
        "…": "...",
        "№": "No",
        "€": "EUR",
    }
)
_IN_RUSSIAN = str.maketrans({"№": "Но", "€": "ЕВРО"})
_STAND_IN: Mapping[str, str] = dict(zip("[]{}\\|~_`", "()()//--'", strict=True))
"""Signs whose places some displays use for letters, in signs that every display has."""


@lru_cache(maxsize=4096)
def convert(text: str, charset: str) -> str:
    """As this pager shows it, whatever its length. A set that nobody knows is taken for ASCII. A shop says the same few
    texts all day, so they are kept."""
    table = CHARSETS.get(charset, CHARSETS[PLAIN])
    text = unicodedata.normalize("NFC", text)
    if "A" not in table:
        text = text.translate(_IN_RUSSIAN)
    text = text.translate(_SYMBOLS)
    if charset in CAPITALS_ONLY:
        text = text.upper()
    text = to_latin(_printed(text), table)
    if "A" not in table:
        text = to_cyrillic(text)
    if charset in CAPITALS_ONLY:
        text = text.upper()
    text = "".join(sign if sign in table else _STAND_IN.get(sign, NOBODY_KNOWS) for sign in text)
    return " ".join(text.split())


def cut(text: str, longest: int) -> str:
    """At most so long: at a word border where enough is left before it, and marked. `text` is converted already."""
    if len(text) <= longest:
        return text
    room = longest - len(MARK)
    if room < 1:
        return text[: max(0, longest)].rstrip()
    head = text[:room]
    if text[room] != " ":
        words = head.rpartition(" ")[0]
        if len(words) * 2 >= room:
            head = words
    return head.rstrip() + MARK


def first_that_fits(candidates: Iterable[str], charset: str, longest: int) -> str | None:
    """The first of these texts that fits whole, as this pager shows it."""
    for text in candidates:
        line = convert(text, charset)
        if len(line) <= longest:
            return line
    return None


def on_display(text: str, charset: str) -> str:
    """What an eye sees of a converted text: some sets give one place to two letters (ё is е on KOI-7 pagers)."""
    table = CHARSETS.get(charset, CHARSETS[PLAIN])
    seen: dict[int, str] = {}
    for sign, code in table.items():
        seen.setdefault(code, sign)
    return "".join(seen[table[sign]] for sign in text)


def _printed(text: str) -> str:
    """Without what nobody sees: signs that steer (a terminal, the direction of writing) go on no air, whoever put them
    into a name, and marks that found no letter to stand on are no letters."""
    return "".join(_seen(sign) for sign in text)


def _seen(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cc" or kind[0] == "Z":
        return " "
    return "" if kind == "Cf" or kind[0] == "M" else sign
