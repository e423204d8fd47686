"""Pure: the shop's plan as the page draws it, out of the settings. Zones become rooms, inputs become buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.config import Colour, SimulateSettings

COLUMNS = 12
FURNITURE = ("shelves", "island", "counter", "racks", "fridge", "tables")


@dataclass(frozen=True, slots=True)
class FloorButton:
    key: str
    """`device.input`, as in every event."""
    device: str
    input: int
    colour: Colour
    label: str
    zone: str


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    span: int
    """Columns of twelve on a wide screen."""
    narrow: int
    """The same on a phone: two rooms with one button each stand side by side."""
    furniture: str
    buttons: tuple[FloorButton, ...]


def button_key(device: str, number: int) -> str:
    return f"{device}.{number}"


def buttons_of(settings: SimulateSettings) -> tuple[FloorButton, ...]:
    return tuple(
        FloorButton(button_key(unit.device, one.n), unit.device, one.n, one.colour, one.label, one.zone)
        for unit in settings.units
        for one in unit.inputs
    )


def rooms_of(buttons: Sequence[FloorButton]) -> tuple[Room, ...]:
    """Rooms in the order in which the settings name them, in rows that fill the twelve columns. A zone with
    many buttons gets a wider room."""
    zones = list(dict.fromkeys(button.zone for button in buttons))
    inside = {zone: tuple(button for button in buttons if button.zone == zone) for zone in zones}
    narrow = _narrow([len(inside[zone]) for zone in zones])
    spans = [span for row in _rows([len(inside[zone]) for zone in zones]) for span in row]
    return tuple(
        Room(zone, span, small, FURNITURE[index % len(FURNITURE)], inside[zone])
        for index, (zone, span, small) in enumerate(zip(zones, spans, narrow, strict=True))
    )


def _narrow(counts: Sequence[int]) -> list[int]:
    found: list[int] = []
    waiting = False
    for index, count in enumerate(counts):
        neighbour = waiting or (index + 1 < len(counts) and counts[index + 1] == 1)
        half = count == 1 and neighbour
        waiting = half and not waiting
        found.append(COLUMNS // 2 if half else COLUMNS)
    return found


def _rows(counts: Sequence[int]) -> list[list[int]]:
    """Column spans, row by row: at most three rooms or four buttons side by side, every row filled."""
    rows: list[list[int]] = []
    for count in counts:
        if rows and len(rows[-1]) < 3 and sum(rows[-1]) + count <= 4:
            rows[-1].append(count)
        else:
            rows.append([count])
    if len(rows) > 1 and len(rows[-1]) == 1 and len(rows[-2]) == 3:
        rows[-1].insert(0, rows[-2].pop())
    return [_fill(row) for row in rows]


def _fill(counts: Sequence[int]) -> list[int]:
    """Twelve columns shared as the buttons are, none below three."""
    total = sum(counts)
    spans = [max(3, round(COLUMNS * count / total)) for count in counts]
    spans[-1] += COLUMNS - sum(spans)
    if spans[-1] < 3:
        widest = spans.index(max(spans))
        spans[widest] -= 3 - spans[-1]
        spans[-1] = 3
    return spans
