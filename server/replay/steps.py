"""Whom to call next in a replayed call: the engine's steps, repeats, passing on and help, by the same rules.

It is taken for granted that every page reaches its wrist within a second."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from server.replay.call import Call, key_of_pager
from server.replay.floors import Floors
from server.rules.escalation import next_step_at
from server.rules.facts import Pager, Step, Store
from server.rules.routing import Candidate, candidates, fallback_pagers, pagers_of

LEAST_PATIENCE = timedelta(seconds=10)
"""Whoever is called by name gets so long, as in the engine."""


class Steps:
    def __init__(self, store: Store, floors: Floors, last_paged: dict[int, datetime]) -> None:
        self._store, self._floors = store, floors
        self._last_paged = last_paged
        self.called: Callable[[Call, str, datetime], None] = lambda call, key, now: None
        """Hears of every first page to somebody in a round: (call, key, now)."""

    def page(self, call: Call, pagers: Iterable[Pager], reason: str, now: datetime, step: int = -1) -> int:
        """Gives how many ring."""
        made = 0
        for pager in pagers:
            key = key_of_pager(self._store, pager)
            if not call.ring(pager, key, reason, call.incident.step if step < 0 else step, now):
                continue
            made += 1
            if pager.carrier_id is not None and not call.incident.quiet:
                self._last_paged[pager.carrier_id] = now
            if key not in call.asked and reason not in ("joined", "help"):
                call.asked.add(key)
                self.called(call, key, now)
        if made and reason != "fallback" and call.incident.nobody_at is not None:
            call.change(nobody_at=None)  # somebody felt it
        return made

    def next_step(self, call: Call, now: datetime, reason: str = "step") -> None:
        """The next step that has anybody on it; empty ones are skipped at once."""
        steps, number, rang = call.policy.steps, call.incident.step, False
        if number == 0 and reason == "step" and not call.pages and call.incident.again:
            reason = "again"
        without = self._left_out(call, now)
        while not rang and number < len(steps):
            number += 1
            found = self._candidates(call, steps[number - 1], now, without)
            if found:
                rang = True
                self.page(call, _pagers(found), reason, now, number)
        if not rang and not call.rang_now:
            call.change(step=number)
            self._nobody(call, now)
        call.change(step=number, due_at=next_step_at(call.incident, number, call.policy, now))

    def repeat(self, call: Call, now: datetime) -> None:
        """Everybody called so far who is still here, and whoever came on the floor for the last step."""
        without = self._left_out(call, now)
        here = {one.carrier_id for one in self._floors.at(now) if one.present} - without
        pagers = {
            pager.id: pager
            for pager in self._store.pagers
            if pager.id in call.rang and (call.rang[pager.id] or pager.carrier_id in here)
        }
        if call.policy.steps:
            last = self._candidates(call, call.policy.steps[-1], now, without)
            pagers |= {pager.id: pager for pager in _pagers(last)}
        if not pagers:
            pagers = {pager.id: pager for pager in self._store.pagers if pager.id in call.rang}
        call.change(repeats=call.incident.repeats + 1)
        call.change(due_at=next_step_at(call.incident, call.incident.step, call.policy, now))
        nobody = call.incident.nobody_at is not None
        for pager in pagers.values():
            others = pager.id in call.spare if pager.carrier_id is None else pager.carrier_id not in here
            self.page(call, (pager,), "fallback" if nobody and others else "repeat", now)
        self._last_resort(call, now)

    def to_one(self, call: Call, carrier: int, now: datetime) -> None:
        """Call one person by name; the policy goes on from where it is."""
        self.page(call, pagers_of(self._store, carrier), "pass", now)
        due = next_step_at(call.incident, call.incident.step, call.policy, now)
        call.change(due_at=max(due, now + LEAST_PATIENCE))

    def help(self, call: Call, now: datetime) -> None:
        """One more: the next step with anybody who was not called yet, else whoever is here; for a quiet call only
        those of its policy."""
        busy = {call.owner} if call.owner is not None else set()
        worn = {pager.id: pager.carrier_id for pager in self._store.pagers}
        rung = {who for pager in call.rang if (who := worn.get(pager)) is not None}
        steps = call.policy.steps
        at_last = steps if call.incident.quiet else (Step(0, 0, "everybody"),)
        fresh = [(step, busy | rung) for step in (*steps[call.incident.step :], *steps)]
        for step, without in (*fresh, *((step, busy) for step in at_last)):
            if self.page(call, _pagers(self._candidates(call, step, now, without)), "help", now):
                return

    def anybody(self, call: Call, now: datetime, without: Collection[int]) -> bool:
        """Whether the policy calls anybody who is here now, `without` these."""
        return any(self._candidates(call, step, now, without) for step in call.policy.steps)

    def can_be_called(self, now: datetime) -> list[int]:
        return self._floors.can_be_called(now)

    def _nobody(self, call: Call, now: datetime) -> None:
        if call.incident.nobody_at is not None:
            return
        call.nobody = True
        call.change(nobody_at=now)
        pagers = () if call.incident.quiet else fallback_pagers(self._store)
        if pagers:
            call.fallback = True
            self.page(call, pagers, "fallback", now)
        self._last_resort(call, now)

    def _last_resort(self, call: Call, now: datetime) -> None:
        incident = call.incident
        if incident.last_resort_at is None and not incident.quiet and self._store.last_resorts:
            call.change(last_resort_at=now)

    def _candidates(
        self, call: Call, step: Step, now: datetime, without: Collection[int]
    ) -> tuple[Candidate, ...]:
        if call.incident.damped:
            step = replace(step, most=1)
        roster = self._floors.at(now)
        return candidates(self._store, call.button, step, roster, self._last_paged, without=without)

    def _left_out(self, call: Call, now: datetime) -> frozenset[int]:
        """Who passed it on is spared while there is anybody else whom the policy calls."""
        passed = frozenset(call.incident.passed_ids)
        return passed if passed and self.anybody(call, now, passed) else frozenset()


def _pagers(found: Iterable[Candidate]) -> tuple[Pager, ...]:
    return tuple(pager for one in found for pager in one.pagers)
