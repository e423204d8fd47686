"""Looks once a minute whether the whole path holds, writes down since when, and sends canaries on their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from server.db.connect import Database
from server.db.readiness import drop_unfinished, last_walks, newest_span, read_devices
from server.engine.canaries import Canaries, Trail, wakes_at
from server.engine.devices import Devices
from server.engine.rhythm import Rhythm
from server.engine.rounds import Rounds
from server.engine.timers import Key, Timers
from server.engine.work import Work
from server.requests import Answer, RunCanaries
from server.rules.coverage import CoverageRow, Span
from server.rules.facts import Store
from server.rules.journal import Action
from server.rules.readiness import (
    SILENT_AFTER,
    Cause,
    Facts,
    LinkFact,
    Readiness,
    readiness,
)

FIRST_LOOK = timedelta(seconds=3)
"""After the start: the devices say first that they are there."""
LOOKS_APART = timedelta(seconds=5)
"""However much happens, no two looks of a store are closer together."""
PROBES_LOST = 3
LOOKS_MISSED = 2
KEPT = timedelta(days=3)
"""How far back a walk is still worth knowing: over a long weekend."""
CANARIES_KEPT = timedelta(days=30)
"""A busy shop makes 1 500 a day; what they proved stays in the covered minutes."""


@dataclass(slots=True)
class _Seen:
    """Of one store: what the last look found."""

    facts: Facts
    at: datetime
    span: Span | None = None
    told: bool | None = None
    """What the journal last said: whether the path held."""


class Watch:
    """`scheduled` False: no looks and no canaries but those that somebody asks for."""

    def __init__(
        self,
        db: Database,
        canaries: Canaries,
        devices: Devices,
        timers: Timers,
        connected: Callable[[str], bool],
        rhythm: Rhythm,
        *,
        scheduled: bool,
    ) -> None:
        self._db, self._canaries, self._devices, self._timers = db, canaries, devices, timers
        self._connected = connected
        self._rhythm = rhythm
        self._silent_after_s = PROBES_LOST * rhythm.probe.total_seconds() + 5
        self._paused_after = max(SILENT_AFTER, LOOKS_MISSED * rhythm.look)
        self._rounds = Rounds(db, canaries, timers, rhythm.tried)
        self._scheduled = scheduled
        self._seen: dict[str, _Seen] = {}

    def start(self, stores: list[str], now: datetime) -> None:
        """What the server before this one had under way is over."""
        with self._db.transaction() as session:
            drop_unfinished(session.connection(), stores, now)
        with self._db.reading() as session:
            for store in stores:
                self._canaries.trails[store] = Trail(*last_walks(session, store, now - KEPT, now))
                self._rounds.begin(store)
        if self._scheduled:
            for store in stores:
                self._timers.set(("readiness", store), now + FIRST_LOOK)

    def ask(self, work: Work, request: RunCanaries) -> Answer:
        return self._rounds.ask(work, request)

    def due(self, work: Work, key: Key) -> None:
        match key:
            case ("canary", UUID() as canary):
                self._canaries.due(work, canary)
                left = self._canaries.open.get(canary)
                if left is not None:  # it was said once more, and nothing is written down of that
                    self._timers.set(key, wakes_at(left, work.now))
            case ("canaries", str() as name):
                self._rounds.walk(work, work.picture.stores[name])
            case ("readiness", str() as name):
                self.look(work, work.picture.stores[name])

    def look(self, work: Work, store: Store) -> None:
        """Once a minute, and soon after something changed."""
        with self._db.reading() as session:
            seen = self._look(session, work, store)
        found = readiness(seen.facts, work.now)
        self._cover(work, store.id, seen, found)
        if work.now.minute == 0:
            work.tidied[store.id] = work.now - CANARIES_KEPT
        self._timers.set(("readiness", store.id), self._next_look(work.now))
        self._rounds.plan(work, store)

    def after(self, work: Work) -> None:
        """After each commit: the timers of what changed, and a look soon where devices did."""
        for canary in work.canaries.values():
            self._timers.set(("canary", canary.id), wakes_at(canary, work.now))
        for store in {one.store_id for one in work.canaries.values()}:
            self._rounds.plan(work, work.picture.stores[store])
        for store in self._news(work):
            self.soon(store, work.now)

    def soon(self, store: str, now: datetime) -> None:
        """Something changed: do not wait for the minute."""
        seen = self._seen.get(store)
        if seen is not None:
            when = min(self._next_look(now), max(now, seen.at + LOOKS_APART))
            self._timers.set(("readiness", store), when)

    def _news(self, work: Work) -> set[str]:
        """Stores of which something else is known now that readiness is judged by: worth a look."""
        found = self._canaries.news | {one.store for one in work.duties} | work.stores
        self._canaries.news = set()
        for store, device, columns in work.devices:
            seen = self._seen.get(store)
            known = {one.device: one.state for one in seen.facts.devices} if seen is not None else {}
            if known.get(device) != columns["state"]:
                found.add(store)
        for store, gateway, name, columns in work.transmitters:
            seen = self._seen.get(store)
            there = seen.facts.transmitters if seen is not None else ()
            was_dead = any(one.state == "dead" for one in there if (one.gateway, one.name) == (gateway, name))
            if was_dead != (columns["state"] == "dead"):
                found.add(store)
        return found

    def _look(self, session: Session, work: Work, store: Store) -> _Seen:
        devices, transmitters = read_devices(session, store.id)
        trail = self._canaries.trails[store.id]
        facts = Facts(
            store,
            devices,
            transmitters,
            trail.inputs,
            trail.senders,
            self._link(store.id, work.boot),
            tried=self._rhythm.tried,
        )
        seen = self._seen.get(store.id)
        if seen is None:
            last = newest_span(session, store.id, work.now)
            seen = self._seen[store.id] = _Seen(facts, work.now, told=None if last is None else last.ok)
        seen.facts, seen.at = facts, work.now
        self._rounds.facts[store.id] = facts
        return seen

    def _link(self, store: str, boot: float) -> LinkFact:
        heard = self._devices.probed_at.get(store)
        silent = heard is None or boot - heard > self._silent_after_s
        trouble = Cause.NO_LINK if silent or not self._connected(store) else None
        return LinkFact(trouble, self._devices.round_trip_s.get(store))

    def _cover(self, work: Work, store: str, seen: _Seen, found: Readiness) -> None:
        """Move the end of what holds on, or begin anew. A pause in which nobody looked belongs to nothing."""
        causes = tuple((line.cause.value, line.key) for line in found.bad if line.cause is not None)
        before = seen.span
        paused = before is None or work.now - before.ends_at > self._paused_after
        if before is not None and not paused:
            work.coverage.append(CoverageRow(store, replace(before, ends_at=work.now)))
        if before is None or paused or (before.ok, before.causes) != (found.covered, causes):
            now = Span(work.now, work.now, found.covered, causes)
            work.coverage.append(CoverageRow(store, now))
            work.rang.add(store)
        else:
            now = replace(before, ends_at=work.now)
        told = seen.told
        if found.open and told is not found.covered:
            words = {None: None, True: "covered", False: "not_covered"}
            names = [f"{code} {about}".strip() for code, about in causes]
            work.say(
                Action.COVERAGE, store=store, old=words[told], new=words[found.covered], causes=names or None
            )
            seen.told = found.covered

        def back() -> None:
            seen.span, seen.told = before, told

        work.undo.append(back)
        seen.span = now

    def _next_look(self, now: datetime) -> datetime:
        """Looks fall on full minutes, so that a minute is counted as soon as it is over."""
        return now.replace(second=0, microsecond=0) + self._rhythm.look
