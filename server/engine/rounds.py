"""Which canary begins when: by the schedule, or because somebody asked; never so many that they wait for each other."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.db.connect import Database
from server.db.readiness import read_devices
from server.engine.canaries import Canaries
from server.engine.timers import Key, Timers
from server.engine.work import Work
from server.requests import Answer, Refusal, RefusalReason, RunCanaries, StoreDone
from server.rules.audit import NOTHING, Target
from server.rules.audit import Action as Audited
from server.rules.canaries import (
    APART,
    Input,
    Sender,
    Walk,
    gap_before,
    next_walk,
    runs_now,
)
from server.rules.facts import Store
from server.rules.readiness import Facts

TOGETHER = 4
"""Walks of one store under way at once: a transmitter takes seconds for each."""
DEMANDED_APART = timedelta(milliseconds=200)


@dataclass(slots=True)
class _Queue:
    """Walks that somebody asked for, with the account."""

    walks: deque[tuple[Walk, int | None]] = field(default_factory=deque)
    last: datetime | None = None
    """When the last walk of the store began, asked for or not."""


class Rounds:
    """`facts`: what the last look at each store found; without it nothing is scheduled."""

    def __init__(self, db: Database, canaries: Canaries, timers: Timers, every: timedelta) -> None:
        self._db, self._canaries, self._timers, self._every = db, canaries, timers, every
        self.facts: dict[str, Facts] = {}
        self._queues: dict[str, _Queue] = {}

    def begin(self, store: str) -> None:
        self._queues[store] = _Queue()

    def ask(self, work: Work, request: RunCanaries) -> Answer:
        """Somebody wants to see that everything works. What is under way already is not asked for twice."""
        store = work.picture.stores.get(request.store)
        if store is None or (request.account is not None and request.account not in store.accounts):
            return Refusal(None, RefusalReason.UNKNOWN)
        with self._db.reading() as session:
            devices, transmitters = read_devices(session, store.id)
        here = {one.device for one in devices if one.state == "online"}
        inputs = sorted(store.buttons, key=lambda place: (place[0] not in here, place))
        walks = _demanded(inputs, [(one.gateway, one.name) for one in transmitters], request.device)
        if not walks:
            return Refusal(None, RefusalReason.BAD_VALUE)
        queue = self._queues[store.id].walks
        busy = {Walk(one.place, one.sender) for one in self._canaries.of_store(store.id)}
        busy |= {walk for walk, _ in queue}
        queue.extend((walk, request.account) for walk in walks if walk not in busy)
        target = Target("device", request.device, request.device) if request.device else NOTHING
        work.note(request, Audited.TRIED, store.id, target)
        work.answers.append(lambda: self.plan(work, store))
        return StoreDone(store.id, store.revision)

    def walk(self, work: Work, store: Store) -> None:
        """It is time for the next canary of this store."""
        queue = self._queues[store.id]
        if len(self._canaries.of_store(store.id)) >= TOGETHER:
            return  # the end of one of them plans anew
        if queue.walks:
            walk, account = queue.walks.popleft()
            work.undo.append(lambda: queue.walks.appendleft((walk, account)))
            self._start(work, store, walk, account)
            return
        found = self._scheduled_walk(store, work.now)
        if found is None or found[0] > work.now:
            self.plan(work, store)
        elif _calls_wait(work, store) and found[0] > work.now - self._every:
            self._timers.set(("canaries", store.id), work.now + APART)  # a customer's call goes first
        else:
            self._start(work, store, found[1], None)

    def plan(self, work: Work, store: Store) -> None:
        """When the next canary of this store begins; planned again at each look."""
        queue, now = self._queues[store.id], work.now
        key: Key = ("canaries", store.id)
        if len(self._canaries.of_store(store.id)) >= TOGETHER:
            return
        if queue.walks:
            self._timers.set(key, now if queue.last is None else max(now, queue.last + DEMANDED_APART))
            return
        found = self._scheduled_walk(store, now)
        if found is not None:
            due = found[0]
            self._timers.set(key, due if queue.last is None else max(due, queue.last + gap_before(due)))
        else:
            self._timers.set(key, None)

    def _start(self, work: Work, store: Store, walk: Walk, account: int | None) -> None:
        self._queues[store.id].last = work.now
        self._canaries.start(work, store.id, walk, account)

    def _scheduled_walk(self, store: Store, now: datetime) -> tuple[datetime, Walk] | None:
        facts = self.facts.get(store.id)
        if facts is None or not runs_now(store, now):
            return None
        online = {one.device for one in facts.devices if one.state == "online"}
        inputs = [place for place in sorted(store.buttons) if place[0] in online]
        senders = [
            (one.gateway, one.name)
            for one in facts.transmitters
            if one.gateway in online and one.state != "dead"
        ]
        return next_walk(inputs, senders, *self._canaries.tried(store.id), self._every)


def _demanded(inputs: list[Input], senders: list[Sender], device: str | None) -> list[Walk]:
    """Every input of the unit, or every transmitter of the gateway, each at least once; None: all of both."""
    mine = [place for place in inputs if device in (None, place[0])]
    if not mine and inputs:  # no unit: a gateway, tried from whatever buttons there are
        mine, senders = inputs[:1], [one for one in senders if one[0] == device]
        return [Walk(mine[0], sender) for sender in senders]
    if not mine:
        return []
    count = max(len(mine), len(senders)) if device is None else len(mine)
    return [
        Walk(mine[index % len(mine)], senders[index % len(senders)] if senders else None)
        for index in range(count)
    ]


def _calls_wait(work: Work, store: Store) -> bool:
    return any(page.store_id == store.id and not page.state.is_final for page in work.picture.pages.values())
