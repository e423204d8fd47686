"""The life of a replayed call: what is due by itself, and what people do to it, by the engine's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from server.replay.call import Call
from server.replay.lines import DeedPart
from server.replay.moments import Moments, Rank
from server.replay.people import Habits, reaction, rest
from server.replay.steps import Steps
from server.rules.escalation import ASK_TO_CLOSE, CLOSE_FORGOTTEN, GIVE_UP, exit_clock_due, wakes_at
from server.rules.incidents import Event, Outcome, State, move

IN_VAIN = 2
"""Rounds that never were in which people still answer; a call that nobody comes to is given up then."""


class Closed(Protocol):
    """Who hears that a call is over."""

    def __call__(self, call: Call, event: Event, now: datetime, *, staff: bool) -> None: ...


class Life:
    def __init__(
        self, steps: Steps, numbers: Mapping[str, int], known: Habits, moments: Moments, closed: Closed
    ) -> None:
        """`numbers`: initials -> carrier id."""
        self._steps, self._numbers, self._known = steps, numbers, known
        self._moments, self._closed = moments, closed
        steps.called = self._called

    def begin(self, call: Call, now: datetime) -> None:
        wait = call.policy.steps[0].after_s if call.policy.steps else 0
        self._unasked(call, now)
        if call.real.undone_after is not None:
            self._moments.put(now + call.real.undone_after, Rank.PERSON, self._undone, call)
        if wait:
            call.change(due_at=now + timedelta(seconds=wait))
        else:
            self._steps.next_step(call, now)
        self.plan(call, now)

    # what happens by itself
    def plan(self, call: Call, now: datetime) -> None:
        due = wakes_at(call.incident)
        if due != call.wake:
            call.wake = due
            if due is not None:
                self._moments.put(max(due, now), Rank.DUE, self._wake, call, due)

    def _wake(self, now: datetime, call: Call, planned: datetime) -> None:
        if call.wake != planned or not call.is_open:
            return
        call.wake = None
        incident = call.incident
        ran_out = exit_clock_due(incident, now)
        if ran_out:
            call.change(sorry_at=now)
        due = incident.due_at is not None and incident.due_at <= now
        if incident.state is State.TRIGGERED and (due or ran_out):
            self._triggered(call, now, due=due)
        elif incident.state is State.ACKNOWLEDGED and due:
            self._new_round(call, Event.NOT_ATTENDED, now, step=0)
            self._steps.next_step(call, now, "not_attended")
        elif incident.state is State.ATTENDED and due:
            self._forgotten(call, now)
        self.plan(call, now)

    def _triggered(self, call: Call, now: datetime, *, due: bool) -> None:
        if due and now - call.incident.triggered_at >= GIVE_UP:
            self._close(call, Event.FORGOTTEN, Outcome.UNANSWERED.value, now)
        elif call.incident.step < len(call.policy.steps):
            self._steps.next_step(call, now)
        elif due:
            self._steps.repeat(call, now)

    def _forgotten(self, call: Call, now: datetime) -> None:
        attended = call.incident.attended_at
        assert attended is not None
        if now - attended >= CLOSE_FORGOTTEN:
            self._close(call, Event.FORGOTTEN, Outcome.NOT_RECORDED.value, now)
        else:
            call.change(due_at=attended + CLOSE_FORGOTTEN)

    def awake(self, call: Call, now: datetime) -> None:
        """A press joined it. When all its steps and repeats are over and nobody answered, the next customer is heard
        all the same."""
        incident, policy = call.incident, call.policy
        over = incident.step >= len(policy.steps) and incident.repeats >= policy.repeats
        if incident.state is not State.TRIGGERED or not over:
            return
        rang = max(call.rang_at.values(), default=incident.triggered_at)
        due = rang + timedelta(seconds=policy.repeat_s)
        if due > now:
            call.change(due_at=due)
        else:
            call.change(triggered_at=now, repeats=0, due_at=now)

    # people
    def _called(self, call: Call, key: str, now: datetime) -> None:
        """A page rings at `key` for the first time in this round."""
        if call.incident.state is State.TRIGGERED and call.round < len(call.real.rounds) + IN_VAIN:
            after = reaction(self._known, call.incident.press_id, call.real, call.round, key)
            if after is not None:
                self._moments.put(now + after, Rank.PERSON, self._answer, call, call.round, key)

    def _unasked(self, call: Call, now: datetime) -> None:
        """What is done in this round whoever is called: an answer without a page, a call for help."""
        here, act = call.here, call.act
        if here is None:
            return
        if act is not None and act.key is None:
            self._moments.put(now + act.after, Rank.PERSON, self._answer, call, call.round, None)
        elif act is None:
            self._follow(call, here.then, now)

    def _answer(self, now: datetime, call: Call, number: int, key: str | None) -> None:
        if call.round != number or call.incident.state is not State.TRIGGERED:
            return
        act, here = call.act, call.here
        own = act is not None and here is not None and act.key == key
        if own and act is not None and here is not None:
            did, then, outcome, staff = act.deed.did, here.then, act.deed.outcome, act.deed.staff
            by = act.deed.by or key
        else:
            did, then, outcome, staff, by = "acknowledged", rest(self._known, call.real), None, True, key
        if did == "passed_on":
            assert act is not None
            self._pass_on(call, by, act.deed.to, now)
            self.plan(call, now)
            return
        call.answered(now, key or by)
        call.owner = self._numbers.get(by or "")
        if did == "acknowledged":
            due = now + timedelta(seconds=call.policy.attend_s)
            state = move(call.incident.state, Event.ACKNOWLEDGE)
            call.change(state=state, acknowledged_at=now, due_at=due)
        elif did == "attended":
            self._arrive(call, now)
        else:
            self._close(call, Event.CLOSE, outcome, now, staff=staff)
        self._follow(call, then, now)
        self.plan(call, now)

    def _follow(self, call: Call, then: Iterable[tuple[timedelta, DeedPart]], now: datetime) -> None:
        for after, deed in then:
            self._moments.put(now + after, Rank.PERSON, self._deed, call, call.round, deed)

    def _deed(self, now: datetime, call: Call, number: int, deed: DeedPart) -> None:
        """Something that followed an answer. Who is on the way comes, whatever the call waits for meanwhile."""
        if not call.is_open:
            return
        state = call.incident.state
        if deed.did == "attended" and state in (State.TRIGGERED, State.ACKNOWLEDGED):
            call.answered(now, deed.by)
            self._arrive(call, now)
        elif deed.did == "closed":
            self._close(call, Event.CLOSE, deed.outcome, now, staff=deed.staff)
        elif deed.did == "passed_on" and call.round == number and state is State.ACKNOWLEDGED:
            self._pass_on(call, deed.by, deed.to, now)
        elif deed.did == "help" and call.round == number:
            self._steps.help(call, now)
        self.plan(call, now)

    def _arrive(self, call: Call, now: datetime) -> None:
        state = move(call.incident.state, Event.ARRIVE)
        call.change(state=state, attended_at=now, due_at=now + ASK_TO_CLOSE)

    def _pass_on(self, call: Call, by: str | None, to: str | None, now: datetime) -> None:
        """To one person, if that one is here; else the policy begins anew, if there is anybody else."""
        me, one = self._numbers.get(by or ""), self._numbers.get(to or "")
        here = set(self._steps.can_be_called(now))
        if one is not None and (one not in here or one == me):
            one = None
        gone = {*call.incident.passed_ids, *((me,) if me is not None else ())} - {one}
        if one is None and not self._steps.anybody(call, now, {number for number in gone if number}):
            return
        passed = tuple(sorted(number for number in gone if number is not None))
        step = call.incident.step if one is not None else 0
        self._new_round(call, Event.PASS_ON, now, step=step, passed_ids=passed)
        if one is not None:
            self._steps.to_one(call, one, now)
        else:
            self._steps.next_step(call, now, "pass")

    def _new_round(self, call: Call, event: Event, now: datetime, **fields: Any) -> None:
        """It is nobody's again."""
        state = move(call.incident.state, event)
        call.change(state=state, triggered_at=now, acknowledged_at=None, repeats=0, nobody_at=None, **fields)
        call.next_round()
        self._unasked(call, now)

    def _undone(self, now: datetime, call: Call) -> None:
        """The customer takes the press back, as they really did."""
        if call.incident.state not in (State.TRIGGERED, State.ACKNOWLEDGED):
            return
        if call.incident.presses > 1:
            call.change(presses=call.incident.presses - 1)
        else:
            call.undone = True
            self._close(call, Event.UNDO, Outcome.FALSE_PRESS.value, now)

    def _close(
        self, call: Call, event: Event, outcome: str | None, now: datetime, *, staff: bool = False
    ) -> None:
        state = move(call.incident.state, event)
        call.change(state=state, closed_at=now, due_at=None, outcome=outcome)
        self._closed(call, event, now, staff=staff)
