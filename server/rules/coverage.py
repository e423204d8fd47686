"""Covered minutes: whole minutes of the opening hours in which the whole path held, from first to last second.

Counted in UTC minutes, so that a day of 23 or of 25 hours has as many minutes as it really had. A minute that
nobody wrote down (the server was off) is not covered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.rules.opening import Stretch

MINUTE = 60
OFF = ("server_off", "")
"""The cause of a minute that nobody wrote down."""


@dataclass(frozen=True, slots=True)
class Span:
    """One row of the table `coverage`: [starts_at, ends_at) in which nothing changed."""

    starts_at: datetime
    ends_at: datetime
    ok: bool
    causes: tuple[tuple[str, str], ...] = ()
    """(code, about which device) of whatever did not hold."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A span as it is to be written down."""

    store: str
    span: Span


@dataclass(frozen=True, slots=True)
class Covered:
    """Of one day, in whole minutes."""

    opening: int
    """Minutes in which the store was open, until now."""
    covered: int
    lost: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Cause -> uncovered minutes that it touched; one minute may have several."""

    @property
    def uncovered(self) -> int:
        return self.opening - self.covered


def covered_minutes(spans: Iterable[Span], stretches: Sequence[Stretch], until: datetime) -> Covered:
    """Opening minutes of these stretches that ended by `until`, and how many of them were covered.

    `spans` may come in any order and touch; where two overlap, a minute is covered when every moment of it lies
    in one that is ok and in none that is not."""
    spans = tuple(spans)
    opening = _union((_up(first), _down(min(last, until))) for first, last in stretches)
    good = _union(_seconds(one) for one in spans if one.ok)
    bad = [one for one in spans if not one.ok]
    touched = _union(_around(one) for one in bad)
    covered = _minus(_common(opening, [_inside(one) for one in good]), touched)
    left = _minus(opening, covered)
    lost: dict[tuple[str, str], int] = {}
    for cause in dict.fromkeys(cause for one in bad for cause in one.causes):
        spent = _length(_common(left, _union(_around(one) for one in bad if cause in one.causes)))
        if spent:
            lost[cause] = spent
    silent = _length(_minus(left, touched))
    if silent:
        lost[OFF] = silent
    return Covered(_length(opening), _length(covered), lost)


Minutes = tuple[float, float]
"""[first, last) since the epoch: whole minutes, or seconds before they are rounded."""


def _up(moment: datetime) -> float:
    return math.ceil(moment.timestamp() / MINUTE)


def _down(moment: datetime) -> float:
    return math.floor(moment.timestamp() / MINUTE)


def _seconds(span: Span) -> Minutes:
    return span.starts_at.timestamp(), span.ends_at.timestamp()


def _inside(seconds: Minutes) -> Minutes:
    """The whole minutes of it."""
    return math.ceil(seconds[0] / MINUTE), math.floor(seconds[1] / MINUTE)


def _around(span: Span) -> Minutes:
    """Every minute that it touches; none for a span without length."""
    if span.ends_at <= span.starts_at:
        return 0, 0
    return _down(span.starts_at), _up(span.ends_at)


def _union(parts: Iterable[Minutes]) -> list[Minutes]:
    """The same stretches without overlaps, in order; what touches becomes one."""
    found: list[Minutes] = []
    for first, last in sorted(part for part in parts if part[1] > part[0]):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _common(left: Iterable[Minutes], right: Sequence[Minutes]) -> list[Minutes]:
    pairs = ((max(a, c), min(b, d)) for a, b in left for c, d in right)
    return [(first, last) for first, last in pairs if last > first]


def _minus(left: Iterable[Minutes], right: Iterable[Minutes]) -> list[Minutes]:
    """What of `left` lies in none of `right`; both without overlaps, `right` in order."""
    holes = list(right)
    found: list[Minutes] = []
    for first, last in left:
        for start, end in holes:
            if end <= first or start >= last:
                continue
            if start > first:
                found.append((first, start))
            first = min(max(first, end), last)
        if last > first:
            found.append((first, last))
    return found


def _length(parts: Iterable[Minutes]) -> int:
    return int(sum(last - first for first, last in parts))
