"""Presses of a device by hour and input, drills apart: bars, and the numbers behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.db.devices import DeviceDay
from server.web.devices import words
from server.web.devices.charts import HEIGHT, WIDTH
from server.web.frame.words import Words
from server.web.readiness.words import moment

HOUR = timedelta(hours=1)
BESIDE = 4
"""Free on each side of a bar; it is 32 wide."""


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    height: float
    drills: float
    """How much of the height is drills; they stand on top."""


@dataclass(frozen=True, slots=True)
class InputHours:
    title: str
    bars: tuple[Bar, ...]
    total: str


@dataclass(frozen=True, slots=True)
class HourRow:
    hour: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Presses:
    sentence: str
    drilled: bool
    inputs: tuple[InputHours, ...]
    titles: tuple[str, ...]
    rows: tuple[HourRow, ...]
    ticks: tuple[str, ...]


def presses_view(found: DeviceDay, begin: datetime, now: datetime, t: Words) -> Presses:
    first = begin.replace(minute=0, second=0, microsecond=0)
    hours = [first + HOUR * number for number in range(int((now - first) / HOUR) + 1)]
    counts = {(one.starts_at, one.input): (one.presses, one.drills) for one in found.hours}
    buttons = {one.input for one in found.inputs if one.key_of is None}
    numbers = sorted(buttons | {number for _, number in counts})
    highest = max((sum(pair) for pair in counts.values()), default=0)
    wide = WIDTH / len(hours)

    def bar(place: int, hour: datetime, number: int) -> Bar | None:
        presses, drills = counts.get((hour, number), (0, 0))
        if not presses + drills:
            return None
        height = round((presses + drills) * HEIGHT / highest, 1)
        drilled = round(drills * HEIGHT / highest, 1)
        return Bar(round(place * wide + BESIDE, 1), round(HEIGHT - height, 1), height, drilled)

    def total(number: int) -> int:
        return sum(sum(pair) for (_, of), pair in counts.items() if of == number)

    titles = tuple(words.input_name(number, found.inputs, t) for number in numbers)
    whole = sum(presses for presses, _ in counts.values())
    drills = sum(drilled for _, drilled in counts.values())
    sentence = t.ngettext("%(n)s press in this day", "%(n)s presses in this day", whole)
    if drills:
        sentence += ", " + t.ngettext("and %(n)s drill", "and %(n)s drills", drills)
    return Presses(
        sentence=sentence,
        drilled=bool(drills),
        inputs=tuple(
            InputHours(
                title,
                tuple(
                    made for place, hour in enumerate(hours) if (made := bar(place, hour, number)) is not None
                ),
                t.number(total(number)),
            )
            for number, title in zip(numbers, titles, strict=True)
        ),
        titles=titles,
        rows=tuple(
            HourRow(
                moment(hour, now, t), tuple(_counted(counts.get((hour, number)), t) for number in numbers)
            )
            for hour in hours
            if any((hour, number) in counts for number in numbers)
        ),
        ticks=tuple(t.clock(hour) for hour in hours[::6]),
    )


def _counted(pair: tuple[int, int] | None, t: Words) -> str:
    if pair is None:
        return ""
    presses, drills = pair
    if not drills:
        return t.number(presses)
    return t.ngettext(
        "%(presses)s and %(n)s drill", "%(presses)s and %(n)s drills", drills, presses=t.number(presses)
    )
