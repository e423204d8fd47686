"""Who is on the floor: weekly shifts in the store's own time. The only rule that knows local time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.rules.facts import Shift


def covers(shift: Shift, now: datetime, zone: ZoneInfo) -> bool:
    """Whether this shift is being worked at `now`. Wall-clock times: a shift 22:00-06:00 is an hour shorter in
    the night in which the clock goes forward, as it is for the person who works it."""
    local = now.astimezone(zone)
    for day in (local.date(), local.date() - timedelta(days=1)):
        if day.weekday() != shift.weekday:
            continue
        last = day if shift.ends > shift.starts else day + timedelta(days=1)
        starts = datetime.combine(day, shift.starts, zone)
        ends = datetime.combine(last, shift.ends, zone)
        if starts.timestamp() <= now.timestamp() < ends.timestamp():
            return True
    return False


def on_the_floor(shifts: Iterable[Shift], now: datetime, zone: ZoneInfo) -> dict[int, set[int | None]]:
    """Carrier id -> the zones that the carrier's running shifts name (None: anywhere)."""
    found: dict[int, set[int | None]] = {}
    for shift in shifts:
        if covers(shift, now, zone):
            found.setdefault(shift.carrier_id, set()).add(shift.zone_id)
    return found
