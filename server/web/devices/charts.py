"""Figures of a day as small drawings: numbers in, paths in a box of 1000 x 100 and the words beside them out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.web.frame.words import Words

WIDTH, HEIGHT = 1000, 100
TICKS = 5
GAP = timedelta(minutes=12)
"""Two samples further apart than this have nothing between them."""

Point = tuple[datetime, float]
Series = Sequence[tuple[datetime, float | None]]


@dataclass(frozen=True, slots=True)
class HourRow:
    hour: str
    least: str
    most: str


@dataclass(frozen=True, slots=True)
class Chart:
    key: str
    title: str
    sentence: str
    mood: str
    paths: tuple[str, ...]
    """Empty: there is nothing to draw."""
    limit: float | None
    """Height of the line above which it gets bad; None: outside of the drawing."""
    levels: tuple[str, ...]
    """Words at its left: top, middle, bottom."""
    ticks: tuple[str, ...]
    """Words under it, evenly apart."""
    rows: tuple[HourRow, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        return round(HEIGHT - HEIGHT * (value - self.low) / (self.high - self.low), 1)


def chart(
    key: str,
    title: str,
    series: Series,
    begin: datetime,
    now: datetime,
    t: Words,
    say: Callable[[float], str],
    *,
    floor: float | None = None,
    span: float = 2,
    limit: float | None = None,
    low_is_bad: bool = False,
) -> Chart:
    """`say`: a value with its unit. `floor`: the scale begins there; `span`: it is at least so high."""
    runs = unbroken(series)
    values = [value for run in runs for _, value in run]
    if not values:
        return Chart(key, title, "", "plain", (), None, (), (), ())
    scale = scale_of(min(values), max(values), floor, span)
    last = values[-1]
    bad = limit is not None and (last <= limit if low_is_bad else last >= limit)
    inside = limit is not None and scale.low < limit < scale.high
    return Chart(
        key=key,
        title=title,
        sentence=t.gettext(
            "%(last)s at last; between %(least)s and %(most)s in this day.",
            last=say(last),
            least=say(min(values)),
            most=say(max(values)),
        ),
        mood="warn" if bad else "plain",
        paths=tuple(_path(run, scale, begin, now) for run in runs),
        limit=scale.y(limit) if inside and limit is not None else None,
        levels=tuple(say(value) for value in (scale.high, (scale.high + scale.low) / 2, scale.low)),
        ticks=ticks(begin, now, t),
        rows=_by_hour(runs, t, say),
    )


def ticks(begin: datetime, now: datetime, t: Words) -> tuple[str, ...]:
    step = (now - begin) / (TICKS - 1)
    return tuple(t.clock(begin + step * number) for number in range(TICKS))


def x(at: datetime, begin: datetime, now: datetime) -> float:
    share = (at - begin) / (now - begin)
    return round(WIDTH * min(1.0, max(0.0, share)), 1)


def scale_of(least: float, most: float, floor: float | None, span: float) -> Scale:
    """Round numbers around the values, with a round one in the middle."""
    low = least if floor is None else min(floor, least)
    step = _round_up(max(most - low, span) / 2)
    bottom = math.floor(low / step) * step
    while bottom + 2 * step < most:
        step = _round_up(step * 1.01)
        bottom = math.floor(low / step) * step
    return Scale(bottom, bottom + 2 * step)


def unbroken(series: Series) -> list[list[Point]]:
    """Stretches of values that belong together."""
    runs: list[list[Point]] = []
    before: datetime | None = None
    for at, value in series:
        if value is None:
            before = None
            continue
        if before is None or at - before > GAP:
            runs.append([])
        runs[-1].append((at, value))
        before = at
    return runs


def _round_up(step: float) -> float:
    """1, 2 or 5 times a power of ten, no less than `step`; never below one."""
    power = 10.0 ** math.floor(math.log10(max(step, 1)))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= step - 1e-9)


def _path(run: list[Point], scale: Scale, begin: datetime, now: datetime) -> str:
    """A lone value is a short dash, or nobody would see it."""
    points = [(x(at, begin, now), scale.y(value)) for at, value in run]
    if len(points) == 1:
        return f"M{points[0][0]:g} {points[0][1]:g}h4"
    first, *rest = points
    return f"M{first[0]:g} {first[1]:g}" + "".join(f"L{across:g} {down:g}" for across, down in rest)


def _by_hour(runs: list[list[Point]], t: Words, say: Callable[[float], str]) -> tuple[HourRow, ...]:
    hours: dict[datetime, list[float]] = {}
    for run in runs:
        for at, value in run:
            hours.setdefault(t.local(at).replace(minute=0, second=0, microsecond=0), []).append(value)
    return tuple(HourRow(t.clock(hour), say(min(found)), say(max(found))) for hour, found in hours.items())
