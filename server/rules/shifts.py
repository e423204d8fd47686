"""Who is on the floor: weekly shifts in the store's own time. The only rule that knows local time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.rules.facts import Shift


def covers(shift: Shift, now: datetime, zone: ZoneInfo) -> bool:
    """Whether this shift is being worked at `now`. Wall-clock times: a shift 22:00-06:00 is an hour shorter in
    the night in which the clock goes forward, as it is for the person who works it."""
    return bool(on_the_floor((shift,), now, zone))


def on_the_floor(shifts: Iterable[Shift], now: datetime, zone: ZoneInfo) -> dict[int, set[int | None]]:
    """Carrier id -> the zones that the carrier's running shifts name (None: anywhere)."""
    today = now.astimezone(zone).date()
    days = {day.weekday(): day for day in (today, today - timedelta(days=1))}
    at = now.timestamp()
    found: dict[int, set[int | None]] = {}
    for shift in shifts:
        day = days.get(shift.weekday)
        if day is not None and _starts(shift, day, zone) <= at < _ends(shift, day, zone):
            found.setdefault(shift.carrier_id, set()).add(shift.zone_id)
    return found


def _starts(shift: Shift, day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, shift.starts, zone).timestamp()


def _ends(shift: Shift, day: date, zone: ZoneInfo) -> float:
    last = day if shift.ends > shift.starts else day + timedelta(days=1)
    return datetime.combine(last, shift.ends, zone).timestamp()
