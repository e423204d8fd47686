"""Weekly stretches of local time on the clock of the world: the only rule that knows what a store's clock shows.

Wall-clock times: a stretch 22:00-06:00 is an hour shorter in the night in which the clock goes forward, and an hour
longer when it goes back, as it is for the person who works it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Weekly(Protocol):
    @property
    def weekday(self) -> int: ...
    @property
    def starts(self) -> time: ...
    @property
    def ends(self) -> time: ...


def days_around(now: datetime, zone: ZoneInfo) -> dict[int, date]:
    """Weekday -> date, of the two local days on which a stretch that runs at `now` may have started."""
    today = now.astimezone(zone).date()
    return {day.weekday(): day for day in (today, today - timedelta(days=1))}


def bounds(starts: time, ends: time, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First and last moment, in UTC, of a stretch that starts on this local day."""
    last = day if ends > starts else day + timedelta(days=1)
    return (
        datetime.combine(day, starts, zone).astimezone(UTC),
        datetime.combine(last, ends, zone).astimezone(UTC),
    )


def runs(
    one: Weekly, now: datetime, zone: ZoneInfo, days: dict[int, date]
) -> tuple[datetime, datetime] | None:
    """When it started and ends, if it runs at `now`. `days` is `days_around(now, zone)`."""
    day = days.get(one.weekday)
    if day is None:
        return None
    first, last = bounds(one.starts, one.ends, day, zone)
    return (first, last) if first <= now < last else None


def any_runs(spans: Iterable[Weekly], now: datetime, zone: ZoneInfo) -> bool:
    days = days_around(now, zone)
    return any(runs(span, now, zone, days) is not None for span in spans)
