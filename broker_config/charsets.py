"""What a pager's display makes of seven bits: the character sets that server and gateway must agree on. Pure.

The server fits a text into the set of its pager (`lacks`), the gateway's driver puts it on the wire (`to_septets`).
Names are those of `Pager.charset` and `PageOrder.charset`. Source: national variants of POCSAG receivers as independent
decoders show them, and tables of Russian pagers: `linguist` stands in two sources, the other Cyrillic ones in one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_PRINTABLE = {chr(code): code for code in range(0x20, 0x7F)}
_NATIONAL = "[\\]{|}~"
"""ASCII signs whose places national pagers use for letters: they cannot be shown there."""


def _national(letters: str, gone: str = _NATIONAL) -> dict[str, int]:
    """`letters`: what stands in the places of `gone`, in the same order; a blank: that sign stays as it is."""
    found = dict(_PRINTABLE)
    for sign, letter in zip(gone, letters, strict=True):
        if letter != " ":
            del found[sign]
            found[letter] = ord(sign)
    return found


def _koi7() -> dict[str, int]:
    """KOI8-R without its eighth bit; hard signs become soft ones, ё becomes е. There are no Latin letters."""
    found = {sign: code for sign, code in _PRINTABLE.items() if code < 0x40}
    for letter in "абвгдежзийклмнопрстуфхцчшщыьэюя":
        found[letter] = letter.encode("koi8-r")[0] & 0x7F
        found[letter.upper()] = letter.upper().encode("koi8-r")[0] & 0x7F
    found.update({"ъ": 0x58, "Ъ": 0x78, "ё": 0x45, "Ё": 0x65})
    return found


def _capitals() -> dict[str, int]:
    return {sign: code for sign, code in _PRINTABLE.items() if code < 0x60}


def _linguist() -> dict[str, int]:
    shared = zip("АВЕКМНОРСТХ", "ABEKMHOPCTX", strict=True)
    found = _capitals() | {cyrillic: ord(latin) for cyrillic, latin in shared}
    found.update(
        {"Б": 0x61, "Г": 0x62, "Д": 0x64, "Ё": 0x65, "Ж": 0x66, "З": 0x67, "И": 0x68, "Й": 0x69, "Л": 0x6A}
    )
    found.update(
        {"П": 0x6B, "У": 0x6C, "Ф": 0x6D, "Ц": 0x6E, "Ч": 0x6F, "Ш": 0x70, "Щ": 0x71, "Ъ": 0x72, "Ы": 0x73}
    )
    found.update({"Ь": 0x74, "Э": 0x75, "Ю": 0x76, "Я": 0x77})
    return found


def _philips() -> dict[str, int]:
    found = _capitals()
    found.update({letter: 0x60 + place for place, letter in enumerate("АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ")})
    return found | {"Ё": 0x65}


CHARSETS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "ascii": _PRINTABLE,
        "de": _national("ÄÖÜäöüß"),
        "se": _national("ÄÖÅäöå "),
        "koi7": _koi7(),
        "linguist": _linguist(),
        "philips": _philips(),
    }
)
"""Name -> character -> code 20..7F hexadecimal. What is not in it cannot be shown."""
CAPITALS_ONLY = frozenset({"linguist", "philips"})
NAMES = tuple(CHARSETS)


def lacks(text: str, charset: str) -> str:
    """The characters of `text` that this set does not have, in order, each once. Raises KeyError for an unknown set."""
    table = CHARSETS[charset]
    return "".join(dict.fromkeys(sign for sign in text if sign not in table))


def to_septets(text: str, charset: str) -> bytes:
    """Codes below 80 hexadecimal, one for a character; what the set lacks becomes `?`. Raises KeyError for an unknown
    set."""
    table = CHARSETS[charset]
    return bytes(table.get(sign, 0x3F) for sign in text)
