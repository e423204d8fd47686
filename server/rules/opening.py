"""Whether the store is open, by its weekly hours and the dates that have hours of their own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from server.rules.facts import SpecialDay, Store
from server.rules.local_time import bounds

Stretch = tuple[datetime, datetime]


def is_open(store: Store, now: datetime) -> bool:
    """A store that names no hours is always open, but for the dates that say otherwise."""
    if not store.opening and not store.special_days:
        return True
    today = now.astimezone(store.zone).date()
    return any(
        first <= now < last
        for day in (today - timedelta(days=1), today)
        for first, last in stretches(store, day)
    )


def stretches(store: Store, day: date) -> tuple[Stretch, ...]:
    """When it is open on this local day, in UTC; hours past midnight belong to the day on which they begin."""
    special: SpecialDay | None = next((one for one in store.special_days if one.day == day), None)
    if special is not None:
        if special.opens is None or special.closes is None:
            return ()
        return (bounds(special.opens, special.closes, day, store.zone),)
    if not store.opening:
        return (_whole(day, store),)
    return tuple(
        bounds(span.starts, span.ends, day, store.zone)
        for span in store.opening
        if span.weekday == day.weekday()
    )


def _whole(day: date, store: Store) -> Stretch:
    midnight = datetime.min.time()
    return bounds(midnight, midnight, day, store.zone)
