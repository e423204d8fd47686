"""Pure: what a department is furnished with, guessed from its name in three languages, and drawn as plain shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Tone = Literal["body", "inner", "cut"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One rectangle seen from above; a circle is one whose corners are all curve."""

    x: float
    y: float
    w: float
    h: float
    round: float = 2.0
    tone: Tone = "body"


STEMS: dict[str, tuple[str, ...]] = {
    "entrance": ("entrance", "exit", "door", "sissep", "väljap", "uks", "вход", "выход", "basket", "korv"),
    "kiosks": ("self", "scan", "iseteen", "самообсл"),
    "tills": ("till", "checkout", "cash", "kassa", "касс"),
    "desk": ("desk", "parking", "service", "info", "parkl", "teenind", "парков", "сервис", "справ"),
    "crates": ("fruit", "veg", "puu", "köögi", "овощ", "фрукт"),
    "bread": ("bak", "bread", "pagar", "leib", "sai", "хлеб", "выпеч"),
    "counter": ("deli", "fish", "meat", "counter", "kala", "liha", "kulinaar", "рыб", "мяс", "кулинар"),
    "fridge": ("dairy", "milk", "frozen", "piim", "külm", "молоч", "мороз"),
    "bottles": ("wine", "drink", "beer", "vein", "jook", "õlu", "вин", "напит", "пив"),
    "racks": ("cloth", "fitting", "shoe", "rõiv", "riide", "jalats", "proovi", "одежд", "обув", "пример"),
}
AT_THE_FRONT = frozenset({"entrance", "kiosks", "tills", "desk"})
"""These stand near the way out."""


def kind_of(zone: str) -> str:
    folded = zone.casefold()
    for kind, stems in STEMS.items():
        if any(stem in folded for stem in stems):
            return kind
    return "shelves"


def furnish(kind: str, x: float, y: float, w: float, h: float) -> tuple[Piece, ...]:
    """Nothing stands outside of the box."""
    return tuple(_MAKERS.get(kind, _shelves)(x, y, w, h))


def _along(x: float, w: float, pitch: float) -> Iterator[tuple[float, float]]:
    """Left edge and width of equal cells that fill a line."""
    count = max(1, int(w // pitch))
    return ((x + index * w / count, w / count) for index in range(count))


def _shelves(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    deep = h * 0.36
    for top in (y, y + h - deep):
        yield Piece(x, top, w, deep)
        for left, _ in list(_along(x, w, 24))[1:]:
            yield Piece(left - 0.5, top, 1, deep, 0, "cut")
        yield Piece(x, top + deep / 2 - 0.5, w, 1, 0, "cut")


def _fridge(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    deep = h * 0.62
    yield Piece(x, y, w, deep, 3)
    for left, wide in _along(x + 2, w - 4, 22):
        yield Piece(left + 1, y + 3, wide - 2, deep - 6, 1.5, "inner")


def _counter(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    deep = h * 0.42
    yield Piece(x, y, w, h * 0.2)
    yield Piece(x, y + h - deep, w, deep, 5)
    for left, wide in _along(x + 4, w - 8, 20):
        size = min(deep - 5, wide - 4)
        yield Piece(left + (wide - size) / 2, y + h - deep / 2 - size / 2, size, size, size / 2, "inner")


def _crates(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    tall = h / 2
    for row in range(2):
        for left, wide in _along(x, w, 26):
            yield Piece(left + 1, y + row * tall + 1, wide - 2, tall - 2, 2)
            size = min(tall, wide) * 0.34
            for nth in range(2):
                centre = left + wide * (0.32 + 0.36 * nth)
                yield Piece(
                    centre - size / 2, y + row * tall + tall / 2 - size / 2, size, size, size / 2, "inner"
                )


def _bread(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    yield Piece(x, y, w, h * 0.5)
    for left, wide in _along(x + 3, w - 6, 20):
        yield Piece(left + 2, y + h * 0.14, wide - 4, h * 0.22, h * 0.11, "inner")
    yield Piece(x + w * 0.1, y + h * 0.7, w * 0.8, h * 0.3, 4)


def _bottles(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    for row in range(2):
        top = y + row * h * 0.54
        yield Piece(x, top, w, h * 0.42)
        for left, wide in _along(x + 2, w - 4, 12):
            size = min(h * 0.24, wide * 0.62)
            yield Piece(left + (wide - size) / 2, top + h * 0.21 - size / 2, size, size, size / 2, "inner")


def _racks(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    for left, wide in _along(x, w, h + 10):
        size = min(h, wide - 4)
        yield Piece(left + (wide - size) / 2, y + (h - size) / 2, size, size, size / 2)
        yield Piece(left + wide / 2 - 3, y + h / 2 - 3, 6, 6, 3, "inner")


def _tills(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    for left, wide in _along(x, w, 40):
        desk = min(wide - 12, 26)
        start = left + (wide - desk) / 2
        yield Piece(start, y, desk, h, 4)
        yield Piece(start + 3, y + 3, desk - 6, h * 0.55, 2, "inner")
        yield Piece(start + desk * 0.3, y + h * 0.72, desk * 0.4, h * 0.16, 1, "cut")


def _kiosks(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    for left, wide in _along(x, w, 32):
        size = min(h * 0.62, wide - 8)
        start = left + (wide - size) / 2
        yield Piece(start, y + (h - size) / 2, size, size, 4)
        yield Piece(start + 4, y + (h - size) / 2 + 4, size - 8, size * 0.4, 1.5, "inner")


def _desk(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    yield Piece(x + w * 0.12, y + h * 0.1, w * 0.76, h * 0.5, h * 0.25)
    yield Piece(x + w * 0.24, y + h * 0.24, w * 0.2, h * 0.2, 2, "inner")
    yield Piece(x + w * 0.56, y + h * 0.24, w * 0.2, h * 0.2, 2, "inner")


def _entrance(x: float, y: float, w: float, h: float) -> Iterator[Piece]:
    """A mat, and baskets in a stack."""
    yield Piece(x + w * 0.3, y + h * 0.12, w * 0.7, h * 0.76, 3)
    for left, _ in _along(x + w * 0.3 + 4, w * 0.7 - 8, 9):
        yield Piece(left + 3, y + h * 0.22, 1, h * 0.56, 0, "cut")
    for nth in range(3):
        yield Piece(x + nth * 4, y + h * (0.1 + 0.12 * nth), min(26, w * 0.2), h * 0.5, 3)


_MAKERS: dict[str, Callable[[float, float, float, float], Iterator[Piece]]] = {
    "entrance": _entrance,
    "kiosks": _kiosks,
    "tills": _tills,
    "desk": _desk,
    "crates": _crates,
    "bread": _bread,
    "counter": _counter,
    "fridge": _fridge,
    "bottles": _bottles,
    "racks": _racks,
    "shelves": _shelves,
}
