"""What the readiness screen, the API and the board's mark are made of: one look at the database each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlmodel import Session

from server.db import readiness as rows
from server.db.engine_store import read_store
from server.rules.canaries import Canary
from server.rules.coverage import Covered, Span, covered_minutes
from server.rules.facts import Store
from server.rules.opening import Stretch, stretches
from server.rules.readiness import SILENT_AFTER, Readiness, link_of, readiness

DAYS = 14
BACK = timedelta(days=3)
"""How far back the last walk of something is shown."""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    covered: Covered
    counted: bool = True
    """False: the store was open, but nobody looked yet, since there was no server."""


@dataclass(frozen=True, slots=True)
class Whole:
    store: Store
    readiness: Readiness
    running: tuple[Canary, ...]
    """Walks that are under way."""
    days: tuple[Day, ...]
    """Today first."""
    looked_at: datetime | None
    """When the engine last looked."""


def load(session: Session, store_id: str, now: datetime, *, days: int = DAYS) -> Whole:
    """Of a store that is there."""
    store = cast(Store, read_store(session, store_id, now))
    newest = rows.newest_span(session, store_id, now)
    facts = rows.read_facts(session, store, now - BACK, now, link_of(newest, now))
    return Whole(
        store,
        readiness(facts, now),
        tuple(rows.under_way(session, store_id, now)),
        _days(session, store, newest, now, days),
        newest.ends_at if newest is not None else None,
    )


def _days(session: Session, store: Store, newest: Span | None, now: datetime, count: int) -> tuple[Day, ...]:
    today = now.astimezone(store.zone).date()
    wanted = [today - timedelta(days=back) for back in range(count)]
    hours = {day: stretches(store, day) for day in wanted}
    began = rows.first_look(session, store.id) or now
    counted = {
        day: tuple((max(first, began), last) for first, last in found if last > began)
        for day, found in hours.items()
    }
    every = [moment for found in counted.values() for stretch in found for moment in stretch]
    spans = rows.spans(session, store.id, min(every), max(every)) if every else ()
    until = _known_until(newest, now)
    return tuple(_day(day, covered_minutes(spans, counted[day], until), hours[day], until) for day in wanted)


def _day(day: date, covered: Covered, hours: tuple[Stretch, ...], until: datetime) -> Day:
    was_open = any(first < until for first, _ in hours)
    return Day(day, covered, covered.opening > 0 or not was_open)


def _known_until(newest: Span | None, now: datetime) -> datetime:
    """While the engine looks, the minute that runs is not over for it; once it does not, every minute counts."""
    if newest is None or now - newest.ends_at > SILENT_AFTER:
        return now
    return min(now, newest.ends_at)
