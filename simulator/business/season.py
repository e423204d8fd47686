"""How busy a shop is: by hour, weekday, season and over the years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from simulator.business import draw
from simulator.business import figures as f

Hours = Sequence[tuple[float, float]]
"""When the shop is open on a day: local hours since its midnight."""
ALL_DAY: Hours = ((0.0, 24.0),)


def busy(day: date, seed: object, since: date) -> float:
    """Against an average day. The same for a day whatever comes before it."""
    odd = draw.about(draw.stream(seed, "odd", day), 1.0, f.ODD_DAY)
    return odd * f.BY_WEEKDAY[day.weekday()] * f.BY_MONTH[day.month - 1] * trend(day, since, f.BETTER_A_YEAR)


def trend(day: date, since: date, a_year: float) -> float:
    return float(a_year ** ((day - since).days / 365.25))


def shape(day: date, hours: Hours, peak: float = 1.0) -> list[float]:
    """Weight of each quarter of an hour of the day. `peak` above 1: the busy hours are busier still, as at tills."""
    later = f.WEEKEND_LATER_H if day.weekday() >= 5 else 0.0
    found = []
    for quarter in range(96):
        hour = quarter / 4
        weight = _at(hour + 0.125 - later * (hour < 16)) ** peak
        found.append(weight if any(first <= hour < last for first, last in hours) else 0.0)
    return found


def moment(day: date, hour: float, zone: tzinfo) -> datetime:
    """A local hour of a day; hours that a clock change leaves out are taken an hour later."""
    midnight = datetime.combine(day, time(), zone)
    return midnight + timedelta(hours=hour)


def _at(hour: float) -> float:
    """Between the middles of the hours."""
    low, part = divmod((hour - 0.5) % 24, 1.0)
    before, after = f.BY_HOUR[int(low)], f.BY_HOUR[(int(low) + 1) % 24]
    return before + (after - before) * part
