"""What would happen if a button were pressed at a moment and nobody answered: who is called when, and why.

The engine's own rules on facts that are made up here. It is taken for granted that every page reaches its wrist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from broker_config.messages import Purpose
from server.rules.escalation import GIVE_UP, exit_clock_due, next_step_at, wakes_at
from server.rules.facts import Button, Incident, Pager, Policy, PolicyUse, Store
from server.rules.forecast import Choice, Kind, Moment, TryOut, left_out
from server.rules.incidents import Event, Outcome, State, move
from server.rules.light import button_light
from server.rules.opening import is_open
from server.rules.policies import policy_for
from server.rules.roster import Standing, roster
from server.rules.routing import Candidate, candidates, fallback_pagers

CALLS = "red"


def try_out(
    store: Store,
    button: Button,
    at: datetime,
    *,
    last_paged: Mapping[int, datetime] | None = None,
    policy: Policy | None = None,
    quiet: bool = False,
) -> TryOut:
    """`last_paged`: carrier -> when a call last rang there. `policy`: this one, whichever would hold at `at`."""
    at = at.replace(microsecond=0)
    is_it_open = is_open(store, at)
    if policy is not None:
        chosen, choice = policy, Choice.ASKED
    elif button.colour != CALLS and not quiet:
        return TryOut(button, at, is_it_open, None, Choice.COUNTED)
    else:
        found = policy_for(store, button.zone_id, at, quiet=quiet)
        if found is None:
            return TryOut(button, at, is_it_open, None, Choice.CLOSED)
        chosen, choice = found, _choice(found, button)
    quiet = quiet or chosen.use is PolicyUse.QUIET
    run = _Run(store, button, chosen, at, dict(last_paged or {}), quiet=quiet)
    return TryOut(button, at, is_it_open, chosen, choice, run.moments())


def _choice(policy: Policy, button: Button) -> Choice:
    if policy.id is None:
        return Choice.BUILT_IN
    if policy.zone_id is None:
        return Choice.STORE
    return Choice.ZONE if policy.zone_id == button.zone_id else Choice.ABOVE


class _Run:
    """One call from its press to its end, with nobody answering."""

    def __init__(
        self,
        store: Store,
        button: Button,
        policy: Policy,
        at: datetime,
        last_paged: dict[int, datetime],
        *,
        quiet: bool,
    ) -> None:
        self._store, self._button, self._policy = store, button, policy
        self._last_paged = last_paged
        self._now = at
        self._rang: dict[int, bool] = {}
        """Pager -> whether it rings whoever is here: of a group, of the fallback."""
        self._found: list[Moment] = []
        self._incident = Incident(
            id=UUID(int=0),
            store_id=store.id,
            number=0,
            button_id=button.id,
            zone_id=button.zone_id,
            policy_id=policy.id,
            purpose=Purpose.CALL,
            state=State.TRIGGERED,
            priority=policy.priority,
            presses=1,
            again=False,
            opened_at=at,
            triggered_at=at,
            exit_at=at + timedelta(seconds=policy.exit_s),
            device=button.device,
            input=button.input,
            press_id=UUID(int=0),
            quiet=quiet,
        )

    def moments(self) -> tuple[Moment, ...]:
        first_wait = self._policy.steps[0].after_s if self._policy.steps else 0
        if first_wait:
            self._change(due_at=self._now + timedelta(seconds=first_wait))
        else:
            self._next_step()
        while (woken := wakes_at(self._incident)) is not None:
            self._now = woken
            self._wake()
        return tuple(self._found)

    def _wake(self) -> None:
        due = self._incident.due_at is not None and self._incident.due_at <= self._now
        if exit_clock_due(self._incident, self._now):
            self._change(sorry_at=self._now)
            self._note(Kind.SORRY)
        if due and self._now - self._incident.triggered_at >= GIVE_UP:
            closed = move(self._incident.state, Event.FORGOTTEN)
            self._change(state=closed, outcome=Outcome.UNANSWERED.value, due_at=None)
            self._note(Kind.GIVE_UP)
        elif self._incident.step < len(self._policy.steps):
            self._next_step()
        elif due:
            self._repeat()

    def _next_step(self) -> None:
        here = roster(self._store, self._now)
        number, called = self._incident.step, False
        while not called and number < len(self._policy.steps):
            step = self._policy.steps[number]
            number += 1
            found = candidates(self._store, self._button, step, here, self._last_paged)
            called = bool(found)
            if called:
                self._ring(found, whoever_is_here=False)
            kind = Kind.STEP if called else Kind.SKIPPED
            left = left_out(self._store, self._button, step, here, found, self._now)
            self._note(kind, number=number, step=step, called=found, left_out=left)
        self._change(step=number)
        if not called and not self._rang:
            self._nobody()
        self._change(due_at=next_step_at(self._incident, number, self._policy, self._now))

    def _repeat(self) -> None:
        """Everybody called so far who is still here, and whoever came on the floor for the last step."""
        here = {one.carrier_id: one for one in roster(self._store, self._now) if one.present}
        pagers = [
            pager
            for pager in self._store.pagers
            if pager.id in self._rang and (self._rang[pager.id] or pager.carrier_id in here)
        ]
        if self._policy.steps:
            last = self._policy.steps[-1]
            for one in candidates(self._store, self._button, last, here.values(), self._last_paged):
                pagers += [pager for pager in one.pagers if pager not in pagers]
        pagers = pagers or [pager for pager in self._store.pagers if pager.id in self._rang]
        self._change(repeats=self._incident.repeats + 1)
        step = self._incident.step
        self._change(due_at=next_step_at(self._incident, step, self._policy, self._now))
        if pagers:
            called = self._by_person(pagers, here)
            self._ring(called, whoever_is_here=False)
            self._note(Kind.REPEAT, number=self._incident.repeats, called=called)
        self._last_resort()

    def _nobody(self) -> None:
        self._change(nobody_at=self._now)
        self._note(Kind.NOBODY)
        if not self._incident.quiet and (pagers := fallback_pagers(self._store)):
            called = self._by_person(pagers, {})
            self._ring(called, whoever_is_here=True)
            self._note(Kind.FALLBACK, called=called)
        self._last_resort()

    def _last_resort(self) -> None:
        if self._store.last_resorts and not self._incident.quiet and self._incident.last_resort_at is None:
            self._change(last_resort_at=self._now)
            self._note(Kind.LAST_RESORT, number=len(self._store.last_resorts))

    def _by_person(
        self, pagers: list[Pager] | tuple[Pager, ...], here: Mapping[int, Standing]
    ) -> tuple[Candidate, ...]:
        worn: dict[int | None, list[Pager]] = {}
        for pager in pagers:
            worn.setdefault(pager.carrier_id, []).append(pager)
        return tuple(
            Candidate(tuple(own), self._store.carriers.get(who or 0), here.get(who or 0))
            for who, own in worn.items()
        )

    def _ring(self, called: tuple[Candidate, ...], *, whoever_is_here: bool) -> None:
        for pager in (pager for one in called for pager in one.pagers):
            alone = whoever_is_here or pager.carrier_id is None
            self._rang[pager.id] = self._rang.get(pager.id, False) or alone
            if pager.carrier_id is not None:
                self._last_paged[pager.carrier_id] = self._now
        self._change(called_at=self._incident.called_at or self._now)

    def _change(self, **fields: object) -> None:
        self._incident = replace(self._incident, **fields)  # type: ignore[arg-type]

    def _note(self, kind: Kind, **fields: object) -> None:
        after, light = self._now - self._incident.opened_at, button_light((self._incident,))
        self._found.append(Moment(after, kind, light, **fields))  # type: ignore[arg-type]
