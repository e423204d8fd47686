"""Moments at which somebody may come or go, or another policy may hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from server.rules.facts import Store
from server.rules.local_time import Weekly, bounds
from server.rules.opening import stretches

SECOND = timedelta(seconds=1)


def edges(store: Store, start: datetime, end: datetime) -> list[datetime]:
    """Every such moment after `start` and before `end`: UTC, whole seconds, in order."""
    first, last = (moment.astimezone(store.zone).date() for moment in (start, end))
    days = [first + timedelta(days=number) for number in range(-1, (last - first).days + 2)]
    weekly: list[Weekly] = [*store.shifts]
    weekly += [span for policy in store.policies.values() for span in policy.hours]
    found = {moment for duty in store.duties for moment in (duty.starts_at, duty.ends_at)}
    for day in days:
        found.update(
            moment for one in weekly if one.weekday == day.weekday() for moment in _ends(one, day, store)
        )
        found.update(moment for stretch in stretches(store, day) for moment in stretch)
    return sorted({whole for moment in found if start < (whole := _whole(moment)) < end})


def _ends(one: Weekly, day: date, store: Store) -> tuple[datetime, datetime]:
    return bounds(one.starts, one.ends, day, store.zone)


def _whole(moment: datetime) -> datetime:
    """The roster is looked up by whole seconds: what begins within one begins with the next."""
    moment = moment.astimezone(UTC)
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + SECOND
