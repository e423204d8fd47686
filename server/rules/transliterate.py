"""Letters that a pager does not have, spelled in letters that it has: own tables for Russian and Estonian, `anyascii`
behind them, and Russian letters for the one kind of pager without Latin ones. Pure.

ISO 9 and GOST 7.79 A give accented letters, GOST 7.79 B and ICAO 9303 are hard to read on a wrist: hence BGN/PCGN
without apostrophes."""

from __future__ import annotations

import re
from collections.abc import Container

from anyascii import anyascii

NOBODY_KNOWS = "?"
_SPELLED = "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya"
RUSSIAN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщыэюя", _SPELLED.split(), strict=True)) | {"ъ": "", "ь": ""}
AFTER_SIGN = "ye"
"""е after ъ or ь: подъезд is podyezd."""
ESTONIAN = {"õ": "o", "ä": "a", "ö": "o", "ü": "u", "š": "sh", "ž": "zh"}
_OWN = RUSSIAN | ESTONIAN
_CYRILLIC = (
    dict(zip("abcdefghijklmnopqrstuvwyz", "абкдефгхийклмнопкрстуввйз", strict=True))
    | {word: letter for letter, word in RUSSIAN.items() if len(word) > 1}
    | {"x": "кс"}
)
_SOUNDS = re.compile("|".join(sorted(_CYRILLIC, key=len, reverse=True)), re.IGNORECASE | re.ASCII)


def to_latin(text: str, keep: Container[str]) -> str:
    """Every sign that is not in `keep` becomes ASCII; one that no table knows becomes `?`."""
    return "".join(sign if sign in keep else _latin(text, place) for place, sign in enumerate(text))


def to_cyrillic(text: str) -> str:
    """Latin letters as a Russian reads them aloud, for pagers that have no others."""
    return _SOUNDS.sub(_sound, text)


def _latin(text: str, place: int) -> str:
    sign = text[place]
    low = sign.lower()
    plain = _OWN.get(low)
    if plain is None:
        found = anyascii(sign) or NOBODY_KNOWS
        return found.upper() if sign.isupper() and _among_capitals(text, place) else found
    if low == "е" and place and text[place - 1] in "ъьЪЬ":
        plain = AFTER_SIGN
    if sign == low:
        return plain
    return plain.upper() if _among_capitals(text, place) else plain.capitalize()


def _among_capitals(text: str, place: int) -> bool:
    """Щ is SHCH in ЩЁТКА, and Shch in Щётка."""
    after = text[place + 1 : place + 2]
    if after.isalpha():
        return after.isupper()
    return place > 0 and text[place - 1].isupper()


def _sound(match: re.Match[str]) -> str:
    heard = match[0]
    found = _CYRILLIC[heard.lower()]
    if heard.isupper():
        return found.upper()
    return found.capitalize() if heard[0].isupper() else found
