"""Who is planned to be on the floor on a local day, and why: the roster, looked up wherever it can change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from server.rules.facts import Store
from server.rules.local_time import bounds
from server.rules.roster import Standing, Why, roster

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a day in which nothing changes for this person."""

    carrier_id: int
    starts: datetime
    ends: datetime
    present: bool
    why: Why
    zones: frozenset[int | None]


def day_bounds(store: Store, day: date) -> tuple[datetime, datetime]:
    """First moment of this local day and of the next, UTC: 23, 24 or 25 hours apart."""
    return bounds(MIDNIGHT, MIDNIGHT, day, store.zone)


def day_plan(store: Store, day: date) -> dict[int, tuple[Stretch, ...]]:
    """Carrier -> what the day holds, in order. Time without a shift is left out, and so is who has nothing at all."""
    first, last = day_bounds(store, day)
    moments = sorted({first, *(one for one in _changes(store, day) if first < one < last)})
    running: dict[int, Stretch] = {}
    found: dict[int, list[Stretch]] = {}
    for starts, ends in zip(moments, [*moments[1:], last], strict=True):
        for one in roster(store, starts):
            if one.why is Why.NO_SHIFT:
                running.pop(one.carrier_id, None)
                continue
            before = running.get(one.carrier_id)
            new = Stretch(one.carrier_id, starts, ends, one.present, one.why, one.zones)
            whole = found.setdefault(one.carrier_id, [])
            if before is not None and _same(before, one):
                new = Stretch(one.carrier_id, before.starts, ends, one.present, one.why, one.zones)
                whole.pop()
            whole.append(new)
            running[one.carrier_id] = new
    return {carrier: tuple(whole) for carrier, whole in found.items()}


def _same(before: Stretch, one: Standing) -> bool:
    return (before.present, before.why, before.zones) == (one.present, one.why, one.zones)


def _changes(store: Store, day: date) -> Iterator[datetime]:
    days = {one.weekday(): one for one in (day, day - timedelta(days=1))}
    hours = {(one.weekday, one.starts, one.ends) for one in store.shifts if one.weekday in days}
    for weekday, starts, ends in hours:
        yield from bounds(starts, ends, days[weekday], store.zone)
    for duty in store.duties:
        yield duty.starts_at
        yield duty.ends_at
