"""At night, what is too old goes: a small piece at a time between other work, so that no press waits for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.db.connect import Database
from server.db.privacy import rules
from server.engine.timers import Timers
from server.engine.work import Swept, Work
from server.rules.retention import Hours, Kind, Stretch, is_night, next_night

FIRST = timedelta(minutes=1)
"""After the start: the server may have been off for many nights."""
APART = timedelta(milliseconds=200)
"""Between two pieces: ten milliseconds of work, then room for others."""
BUSY = timedelta(minutes=1)
"""Somebody is being served, or reads: wait."""


@dataclass(slots=True)
class _Night:
    left: list[tuple[Kind, Stretch]]
    counts: Counter[Kind] = field(default_factory=Counter)


class Keeping:
    def __init__(self, db: Database, timers: Timers, hours: Hours) -> None:
        self._db, self._timers, self._hours = db, timers, hours
        self._nights: dict[str, _Night] = {}

    def start(self, stores: dict[str, ZoneInfo], now: datetime) -> None:
        for store, zone in stores.items():
            self._set(
                store, now + FIRST if is_night(now, zone, self._hours) else next_night(now, zone, self._hours)
            )

    def due(self, work: Work, store: str) -> None:
        zone = work.picture.stores[store].zone
        night = self._nights.get(store)
        if night is None:
            with self._db.reading() as session:
                night = _Night(rules.stretches(session, store, work.now))
            self._nights[store] = night
        if not night.left or not is_night(work.now, zone, self._hours):
            self._nights.pop(store)
            self._set(store, next_night(work.now, zone, self._hours))
        elif any(one.store_id == store for one in work.picture.incidents.values() if one.closed_at is None):
            self._set(store, work.now + BUSY)
        else:
            kind, stretch = night.left[0]
            work.swept.append(Swept(kind, stretch, night.counts[kind]))
            self._set(store, work.now + BUSY)  # should this piece fail

    def after(self, work: Work) -> None:
        """It is committed."""
        for swept in work.swept:
            store = swept.stretch.store
            night = self._nights.get(store)
            if night is None:
                continue
            if swept.count:
                night.counts[swept.kind] += swept.count
                night.left[0] = (swept.kind, replace(swept.stretch, after=swept.after))
            else:
                night.left.pop(0)
            if night.left or not night.counts:
                self._set(store, work.now + APART)
            elif self._db.forget_old_pages():
                night.counts.clear()
                self._set(store, work.now + APART)
            else:
                self._set(store, work.now + BUSY)

    def _set(self, store: str, when: datetime) -> None:
        self._timers.set(("keeping", store), when)
