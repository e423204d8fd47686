"""The walk over all devices, some at a time: who is silent, whose certificate ends, what is told no
longer, the samples of the day; and what changed since the last round is written down."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from server.engine.certificates import Certificates
from server.engine.health import Health
from server.engine.timers import Timers
from server.engine.vitals import Unit
from server.engine.work import Work
from server.rules import certificates, gaps
from server.rules import faults as rules
from server.rules.faults import OwnFault
from server.rules.presence import Presence

TOGETHER = 200
"""Devices that one step looks at: a few milliseconds, also when all of them have news."""
SAMPLE_EVERY = timedelta(minutes=5)
ROOM = timedelta(seconds=5)
"""A sample may be taken so much early, so that the walk's own rhythm does not make it late."""


class Walk:
    """`connected(store)`: whether the server hears the broker now."""

    def __init__(
        self, health: Health, timers: Timers, connected: Callable[[str], bool], every: timedelta
    ) -> None:
        self._health, self._timers, self._connected, self._every = health, timers, connected, every
        self._listening: dict[str, datetime] = {}
        """Since when the server hears a store's broker without a break."""
        self._rounds: dict[str, list[Unit]] = {}
        """What was not looked at in this round."""
        self._certificates = Certificates(health.db)
        self._tidied_hour: datetime | None = None

    def start(self, stores: Iterable[str], now: datetime) -> None:
        for store in stores:
            self._timers.set(("devices", store), now + self._every)

    def connected(self, store: str, now: datetime) -> None:
        self._listening[store] = now

    def disconnected(self, store: str) -> None:
        self._listening.pop(store, None)

    def due(self, work: Work, store: str) -> None:
        """The next devices of the walk."""
        left = self._rounds.get(store, [])
        if not left:
            self._health.left(work, store)
            left = self._health.of_store(store)
            self._certificates.look(store, work.now)
        units, self._rounds[store] = left[:TOGETHER], left[TOGETHER:]
        for unit in units:
            if unit in self._health.vitals:
                self._look(work, unit)
        steps = max(1, math.ceil(sum(unit[0] == store for unit in self._health.vitals) / TOGETHER))
        self._timers.set(("devices", store), work.now + self._every / steps)
        hour = work.now.replace(minute=0, second=0, microsecond=0)
        if self._tidied_hour != hour:
            work.vitals.tidied = self._tidied_hour is not None
            self._tidied_hour = hour

    def _look(self, work: Work, unit: Unit) -> None:
        vital, now = self._health.vitals[unit], work.now
        listening = self._listening.get(unit[0]) if self._connected(unit[0]) else None
        faults = rules.expired(vital.faults, now)
        counter = vital.counter
        if rules.has(vital.faults, OwnFault.GAP) and not rules.has(faults, OwnFault.GAP):
            counter = gaps.forgiven(counter)
        seen = Presence(vital.state) if listening is None else vital.presence(now, listening)
        if seen is Presence.SILENT and not rules.has(faults, OwnFault.SILENT):
            faults = rules.found(faults, OwnFault.SILENT, now, since=vital.heard_at)
        elif seen is Presence.ONLINE and listening is not None:
            faults = rules.over(faults, OwnFault.SILENT)
        faults = certificates.found(faults, self._certificates.of(unit), now)
        if faults is not vital.faults:
            vital = replace(vital, faults=faults, counter=counter)
            self._health.put(work, unit, vital)
        if vital.state != Presence.UNKNOWN and (
            vital.sampled_at is None or now - vital.sampled_at > SAMPLE_EVERY - ROOM
        ):
            online = seen is Presence.ONLINE and not rules.has(faults, OwnFault.SILENT)
            work.vitals.samples.append(vital.sample(unit, now, online=online))
            vital = replace(vital, sampled_at=now, presses=0)
            work.picture.note(self._health.vitals, unit, vital, work.undo)
        self._health.write_down(work, unit)
