"""Whom to call next: the steps of a policy, repeats, passing on, help, and what is left when there is nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from broker_config.messages import Purpose
from server.engine.calls import Calls, context, may_ring
from server.engine.floor import Floor
from server.engine.work import Work
from server.rules.attempts import ways_of
from server.rules.escalation import next_step_at
from server.rules.facts import Button, Incident, LastResort, Notice, Pager, Step, Store
from server.rules.journal import Action
from server.rules.lines import any_lives, can_ring
from server.rules.pages import TELLS, any_hope, of_this_round, reached
from server.rules.roster import Standing, Why
from server.rules.routing import Candidate, candidates, fallback_pagers, pagers_of

NAMED = 20
"""Most people whom one journal entry names."""
LEAST_PATIENCE = timedelta(seconds=10)
"""Whoever is called by name gets so long, even when the policy would go on at once."""


class Steps:
    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._floor = Floor()

    def next_step(self, work: Work, incident: Incident, reason: str = "step") -> Incident:
        """Carry out the next step that has anybody on it; empty ones are skipped at once.

        With nobody on any of them the incident says so (`nobody_at`), aloud and at the button."""
        store, button, policy = context(work, incident)
        without = self._left_out(work, incident)
        number, rang = incident.step, False
        first = number == 0 and reason == "step" and not work.picture.pages_of.get(incident.id)
        if first and incident.again:
            reason = "again"
        while not rang and number < len(policy.steps):
            step = policy.steps[number]
            number += 1
            found = self._candidates(work, store, button, step, incident, without)
            self._say(work, store, incident, number, step, found, without)
            if found:
                alert, pagers = step.alert, _pagers(found)
                self.calls.page(work, incident, pagers, reason, step=number, alert=alert, first=first)
                rang = any_lives(pagers, work.picture.lines_of(store.id), work.now)
                if not rang and not self.can_reach(work, incident, number):
                    break  # no way lives for anybody: the steps take their time
        incident = replace(incident, step=number)
        if not rang and not self._hope(work, incident):
            incident = self.nobody(work, incident, first=first)
        due = next_step_at(incident, number, policy, work.now)
        if number >= len(policy.steps) and policy.repeats == 0 and self._letters(work, incident):
            due = work.now + timedelta(seconds=policy.repeat_s)  # nobody rings again then, but they leave
        incident = replace(incident, due_at=due)
        work.put_incident(incident)
        return incident

    def repeat(self, work: Work, incident: Incident) -> Incident:
        """Everybody called so far who is still here rings again, and whoever came on the floor for the last step.
        All steps are done: now the slow channels are tried too."""
        store, button, policy = context(work, incident)
        if policy.repeats == 0 and self._letters(work, incident):
            incident = self.last_resort(work, incident)
            incident = replace(incident, due_at=next_step_at(incident, incident.step, policy, work.now))
            work.put_incident(incident)
            return incident
        without = self._left_out(work, incident)
        here = {one.carrier_id for one in self.roster(work, store) if one.present} - set(without)
        pages = [one for one in work.picture.pages_for(incident.id) if one.reason not in TELLS]
        so_far = {pager for page in pages for pager, _ in page.rings}
        kept = {
            pager
            for page in pages
            for pager, carrier in page.rings
            if carrier in here or _alone(carrier, page.reason)
        }
        pagers = {pager.id: pager for pager in store.pagers if pager.id in kept}
        if policy.steps:
            last = self._candidates(work, store, button, policy.steps[-1], incident, without)
            pagers |= {pager.id: pager for pager in _pagers(last)}
        if not pagers:  # they all left: better one who is on a break than nobody
            pagers = {pager.id: pager for pager in store.pagers if pager.id in so_far}
            incident = self.nobody(work, incident)
        incident = replace(incident, repeats=incident.repeats + 1)
        incident = replace(incident, due_at=next_step_at(incident, incident.step, policy, work.now))
        spare = {pager for page in pages if page.reason == "fallback" for pager, _ in page.rings}
        reasons: dict[str, list[Pager]] = {}
        for pager in pagers.values():
            others = pager.id in spare if pager.carrier_id is None else pager.carrier_id not in here
            reason = "fallback" if incident.nobody_at is not None and others else "repeat"
            reasons.setdefault(reason, []).append(pager)
        for reason, found in reasons.items():
            self.calls.page(work, incident, found, reason)
        incident = self.last_resort(work, incident)
        work.put_incident(incident)
        return incident

    def once_more(self, work: Work, incident: Incident) -> None:
        """A way to the air lives again, and nothing waits for it any more: everybody who was called so far and is
        still here, and if nobody is, whoever was called."""
        store = work.picture.stores[incident.store_id]
        here = {one.carrier_id for one in self.roster(work, store) if one.present}
        pages = [one for one in work.picture.pages_for(incident.id) if one.reason not in TELLS]
        rung = {worn: page.reason == "fallback" for page in pages for worn in page.rings}
        present = {worn: spare for worn, spare in rung.items() if worn[1] in here or worn[1] is None}
        for spare, reason in ((False, "repeat"), (True, "fallback")):
            wanted = {pager for (pager, _), one in (present or rung).items() if one is spare}
            pagers = [pager for pager in store.pagers if pager.id in wanted]
            self.calls.page(work, incident, pagers, reason)

    def nobody(self, work: Work, incident: Incident, *, first: bool = False) -> Incident:
        """Nobody could be called: the board shouts, the fallback group rings, the slow channels are tried.
        `first`: nothing was ordered for this incident yet. Gives the incident; the caller puts it down."""
        if incident.nobody_at is not None:
            return incident
        store = work.picture.stores[incident.store_id]
        waiting = [
            page
            for page in work.picture.pages_for(incident.id)
            if page.reason not in TELLS and may_ring(page, incident, work.now)
        ]
        lines = work.picture.lines_of(store.id)
        causes = [lines.cause(way) for page in waiting for way in ways_of(page) if lines.given_up(way)]
        why = ("no_line" if causes else "no_gateway") if waiting else None
        work.say(Action.NOBODY, incident, why=why, cause=next((one for one in causes if one), None))
        incident = replace(incident, nobody_at=work.now)
        pagers = () if incident.quiet else fallback_pagers(store)
        if waiting:  # for somebody else; whom no way reaches either would hear it too late, and untruly
            pagers = tuple(one for one in pagers if can_ring(one, lines, work.now))
        if pagers:
            called = self.calls.page(work, incident, pagers, "fallback", first=first)
            work.say(Action.FALLBACK, incident, called=called)
        return self.last_resort(work, incident)

    def last_resort(self, work: Work, incident: Incident) -> Incident:
        """Letters by the slow channels, once per incident; never for a drill, nor for what must stay quiet."""
        store = work.picture.stores[incident.store_id]
        wanted = self._letters(work, incident)
        if not wanted:
            return incident
        for one in wanted:
            notice = Notice(
                id=self.calls.new_id(),
                store_id=store.id,
                incident_id=incident.id,
                kind=one.kind,
                target=one.target,
                state="queued",
                created_at=work.now,
            )
            work.put_notice(notice)
            work.letters.append(notice)
        work.say(Action.LAST_RESORT, incident, channels=len(wanted))
        return replace(incident, last_resort_at=work.now)

    def _letters(self, work: Work, incident: Incident) -> tuple[LastResort, ...]:
        """The slow channels that are still to be tried for this incident."""
        wanted = incident.purpose is Purpose.CALL and not incident.quiet and incident.last_resort_at is None
        return work.picture.stores[incident.store_id].last_resorts if wanted else ()

    def to_one(self, work: Work, incident: Incident, carrier: int) -> Incident:
        """Call one person by name; the policy goes on from where it is when that one does not answer."""
        store, _, policy = context(work, incident)
        self.calls.page(work, incident, pagers_of(store, carrier), "pass")
        due = max(next_step_at(incident, incident.step, policy, work.now), work.now + LEAST_PATIENCE)
        incident = replace(incident, due_at=due)
        work.put_incident(incident)
        return incident

    def help(self, work: Work, incident: Incident, without: Collection[int]) -> int:
        """Call somebody more: the next step with anybody who was not called yet, else whoever is here; for a quiet
        call only those of its policy. Gives how many pagers ring."""
        store, button, policy = context(work, incident)
        rung = {
            carrier
            for page in work.picture.pages_for(incident.id)
            if reached(page) or may_ring(page, incident, work.now)
            for _, carrier in page.rings
            if carrier is not None
        }
        at_last = policy.steps if incident.quiet else (Step(0, 0, "everybody"),)
        fresh = [(step, rung) for step in (*policy.steps[incident.step :], *policy.steps)]
        waiting = 0
        for step, spared in (*fresh, *((step, set[int]()) for step in at_last)):
            pagers = _pagers(self._candidates(work, store, button, step, incident, {*without, *spared}))
            made = self.calls.page(work, incident, pagers, "help", alert=step.alert)
            if made:
                return made
            waiting = waiting or len(pagers)
        return waiting

    def can_reach(self, work: Work, incident: Incident, since: int) -> bool:
        """Whether a step after the first `since` calls anybody whom a way that lives reaches."""
        store, button, policy = context(work, incident)
        without = self._left_out(work, incident)
        return any(
            any_lives(
                _pagers(self._candidates(work, store, button, step, incident, without)),
                work.picture.lines_of(store.id),
                work.now,
            )
            for step in policy.steps[since:]
        )

    def _hope(self, work: Work, incident: Incident) -> bool:
        pages = of_this_round(work.picture.pages_for(incident.id), incident)
        return any_hope(pages, partial(self.calls.may_come, work))

    def anybody(self, work: Work, incident: Incident, without: Collection[int]) -> bool:
        """Whether the policy calls anybody who is here now, `without` these."""
        store, button, policy = context(work, incident)
        return any(self._candidates(work, store, button, step, incident, without) for step in policy.steps)

    def roster(self, work: Work, store: Store) -> tuple[Standing, ...]:
        return self._floor.at(store, work.now)

    def _candidates(
        self,
        work: Work,
        store: Store,
        button: Button,
        step: Step,
        incident: Incident,
        without: Collection[int],
    ) -> tuple[Candidate, ...]:
        if incident.damped:
            step = replace(step, most=1)
        return candidates(
            store, button, step, self.roster(work, store), work.picture.last_paged, without=without
        )

    def _left_out(self, work: Work, incident: Incident) -> frozenset[int]:
        """Who passed it on is spared while there is anybody else whom the policy calls."""
        passed = frozenset(incident.passed_ids)
        return passed if passed and self.anybody(work, incident, passed) else frozenset()

    def _say(
        self,
        work: Work,
        store: Store,
        incident: Incident,
        number: int,
        step: Step,
        found: tuple[Candidate, ...],
        without: Collection[int],
    ) -> None:
        left = self._left(work, store, step, without)
        target = step.role or step.target
        if not found:
            work.say(Action.STEP_SKIPPED, incident, step=number, target=target, left=left or None)
            return
        who = [
            [one.carrier.initials, one.standing.why.value] for one in found if one.carrier and one.standing
        ]
        called = len(_pagers(found))
        work.say(
            Action.STEP,
            incident,
            step=number,
            target=target,
            called=called,
            who=who[:NAMED] or None,
            left=left or None,
        )

    def _left(self, work: Work, store: Store, step: Step, without: Collection[int]) -> list[list[str]]:
        """Who would have been asked but for a break, time off, or having passed it on."""
        found = []
        for one in self.roster(work, store):
            carrier = store.carriers[one.carrier_id]
            named = (
                step.target in ("zone", "everybody")
                or carrier.role == step.role
                or carrier.id == step.carrier_id
            )
            if one.carrier_id in without and named:
                found.append([carrier.initials, "passed"])
            elif not one.present and named and one.why in (Why.BREAK, Why.AWAY):
                found.append([carrier.initials, one.why.value])
        return found[:NAMED]


def _pagers(found: Iterable[Candidate]) -> tuple[Pager, ...]:
    return tuple(pager for one in found for pager in one.pagers)


def _alone(carrier: int | None, reason: str) -> bool:
    """A pager of a group, or of the fallback: it rings whoever is here."""
    return carrier is None or reason == "fallback"
