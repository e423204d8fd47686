"""Pure: a tidy plan of any shop. Zones become departments in rows, with an aisle before each row and gaps to walk
through; buttons stand at the front of their department, staff beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any

from simulator.floor.furniture import AT_THE_FRONT, Piece, furnish, kind_of
from simulator.floor.layout import FloorButton

WALL = 8.0
GAP = 20.0
"""Between two departments: one person wide."""
HEAD = 26.0
"""The height of a name."""
SEAT = 32.0
SEATS = 12
NARROWEST = 1.6
"""A department with one button is still so many buttons wide, since its name must fit."""
WIDEST = (5.0, 4.0, 3.0, 2.0)
"""More buttons than so many stand in several lines."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One size of paper. Units are pixels when it is shown at its own width."""

    name: str
    width: float
    side: float
    """The aisle along each side wall."""
    aisle: float
    slot: float
    """How wide the place of one button is."""
    tall: float
    """How high."""
    shelf: float


SHEETS = (
    Sheet("narrow", 366, 16, 40, 74, 104, 22),
    Sheet("medium", 1040, 34, 46, 84, 102, 46),
    Sheet("wide", 1240, 36, 50, 88, 104, 56),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a button hangs (its middle), and where a customer stands before it; `row` is the aisle."""

    x: float
    y: float
    row: int
    before: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Department:
    name: str
    kind: str
    x: float
    y: float
    w: float
    h: float
    row: int
    pieces: tuple[Piece, ...]
    buttons: tuple[tuple[FloorButton, Spot], ...]
    seats: tuple[tuple[float, float], ...]
    """Where staff stand when nobody calls, nearest to the shelves first."""


@dataclass(frozen=True, slots=True)
class Row:
    aisle: float
    """The middle line of the aisle before it."""
    gaps: tuple[float, ...]
    """Where one can walk through this row."""


@dataclass(frozen=True, slots=True)
class Plan:
    sheet: Sheet
    height: float
    departments: tuple[Department, ...]
    rows: tuple[Row, ...]
    door: float

    def for_script(self) -> dict[str, Any]:
        """What the page needs to put buttons and people in their places."""
        return {
            "width": self.sheet.width,
            "height": self.height,
            "door": [self.door, self.height],
            "rows": [{"aisle": row.aisle, "gaps": row.gaps} for row in self.rows],
            "zones": {one.name: {"row": one.row, "seats": one.seats} for one in self.departments},
            "buttons": {
                button.key: {"at": [spot.x, spot.y], "row": spot.row, "before": spot.before}
                for one in self.departments
                for button, spot in one.buttons
            },
        }


def plan_of(buttons: Sequence[FloorButton], sheet: Sheet) -> Plan:
    """Zones in the order in which the settings name them, those of the way out in the front row. Of several shares of
    the floor the one that needs the least height."""
    named = list(dict.fromkeys(button.zone for button in buttons))
    zones = sorted(named, key=lambda zone: kind_of(zone) in AT_THE_FRONT)
    inside = {zone: tuple(one for one in buttons if one.zone == zone) for zone in zones}
    return min((_drawn(inside, sheet, widest) for widest in WIDEST), key=lambda plan: plan.height)


def _drawn(inside: Mapping[str, tuple[FloorButton, ...]], sheet: Sheet, widest: float) -> Plan:
    inner = sheet.width - 2 * (sheet.side + WALL)
    weights = {zone: max(NARROWEST, min(widest, len(some))) for zone, some in inside.items()}
    departments: list[Department] = []
    rows: list[Row] = []
    top = WALL + 6
    for names in _rows(weights, inner, sheet.slot):
        made, height = _row({name: weights[name] for name in names}, inside, sheet, (len(rows), top, inner))
        departments += made
        between = tuple(round(one.x - GAP / 2, 1) for one in made[1:])
        sides = (WALL + sheet.side / 2 + 3, sheet.width - WALL - sheet.side / 2 - 3)
        rows.append(Row(round(top + height + sheet.aisle / 2, 1), (sides[0], *between, sides[1])))
        top += height + sheet.aisle
    door = next((one.x + one.w / 2 for one in departments if one.kind == "entrance"), sheet.width / 2)
    return Plan(sheet, round(top + WALL, 1), tuple(departments), tuple(rows), round(door, 1))


def _rows(weights: Mapping[str, float], inner: float, slot: float) -> list[list[str]]:
    """Neighbours stay neighbours; as few rows as leave every department its width, each about as full as the others."""
    names = list(weights)

    def fullness(start: int, end: int) -> float:
        some = [weights[name] for name in names[start:end]]
        fits = sum(some) * slot + GAP * (len(some) - 1) <= inner or len(some) == 1
        return sum(some) ** 2 if fits else inf

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[int, ...]]:
        if left == 1:
            return fullness(start, len(names)), (len(names),)
        tries = []
        for end in range(start + 1, len(names) - left + 2):
            rest, ends = best(end, left - 1)
            tries.append((fullness(start, end) + rest, (end, *ends)))
        return min(tries)

    for count in range(1, len(names) + 1):
        cost, ends = best(0, count)
        if cost < inf:
            return [names[start:end] for start, end in zip((0, *ends[:-1]), ends, strict=True)]
    return []


def _row(
    weights: Mapping[str, float],
    inside: Mapping[str, tuple[FloorButton, ...]],
    sheet: Sheet,
    place: tuple[int, float, float],
) -> tuple[list[Department], float]:
    index, top, inner = place
    names = list(weights)
    free = inner - GAP * (len(names) - 1)
    widths = [round(free * weight / sum(weights.values()), 1) for weight in weights.values()]
    lines = [
        -(-len(inside[name]) // max(1, int(width // sheet.slot)))
        for name, width in zip(names, widths, strict=True)
    ]
    height = HEAD + sheet.shelf + max(lines) * sheet.tall
    made, left = [], WALL + sheet.side
    for name, width in zip(names, widths, strict=True):
        made.append(_department(name, inside[name], sheet, (left, top, width, height, index)))
        left = round(left + width + GAP, 1)
    return made, height


def _department(
    name: str, buttons: tuple[FloorButton, ...], sheet: Sheet, box: tuple[float, float, float, float, int]
) -> Department:
    x, y, w, h, row = box
    a_line = max(1, int(w // sheet.slot))
    lines = -(-len(buttons) // a_line)
    pitch = min(w / min(len(buttons), a_line), sheet.slot * 1.2)
    taken = pitch * min(len(buttons), a_line)
    shift = max(0.0, min((w - taken - 2 * SEAT) / 2, sheet.slot))
    first = y + h - lines * sheet.tall
    aisle = y + h + sheet.aisle / 2
    placed = []
    for index, button in enumerate(buttons):
        line, nth = divmod(index, a_line)
        middle = round(x + shift + pitch * (nth + 0.5), 1)
        height = round(first + line * sheet.tall + sheet.slot * 0.36, 1)
        last = line == lines - 1
        before = (middle, aisle + 12) if last else (middle - sheet.slot * 0.3, height + sheet.tall * 0.42)
        placed.append((button, Spot(middle, height, row, (round(before[0], 1), round(before[1], 1)))))
    kind = kind_of(name)
    return Department(
        name,
        kind,
        x,
        y,
        w,
        h,
        row,
        _furnished(kind, (x + 10, y + HEAD + 2, w - 20, first - y - HEAD - 8), sheet.shelf - 8),
        tuple(placed),
        _seats((x, y, w, h), x + shift + taken, aisle, sheet),
    )


def _furnished(kind: str, box: tuple[float, float, float, float], deep: float) -> tuple[Piece, ...]:
    """A deep department has its furniture several times, one behind the other."""
    x, y, w, h = box
    times = max(1, round(h / (deep + 26)))
    pitch = (h + 26) / times
    return tuple(
        piece
        for nth in range(times)
        for piece in furnish(kind, x, y + nth * pitch, w, min(deep, pitch - 26) if times > 1 else h)
    )


def _seats(
    box: tuple[float, float, float, float], taken: float, aisle: float, sheet: Sheet
) -> tuple[tuple[float, float], ...]:
    """Beside the buttons where there is room, then in the aisle."""
    x, y, w, h = box
    beside = max(0, int((x + w - taken - 6) // SEAT))
    found = [
        (round(x + w - SEAT * (nth + 0.6), 1), round(y + h - sheet.tall * 0.35, 1)) for nth in range(beside)
    ]
    across = max(1, int((w - 8) // SEAT))
    for nth in range(SEATS - len(found)):
        line, place = divmod(nth, across)
        found.append((round(x + w - SEAT * (place + 0.6), 1), round(aisle + 8 + 6 * line, 1)))
    return tuple(found)
