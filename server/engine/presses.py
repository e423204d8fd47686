"""A press comes in: it is stored, and it opens an incident, joins one, closes one, or is history."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import LightState, PressKind, PressReceipt, Purpose, ReceiptResult
from server.engine.arrivals import Arrival, Known, store_press
from server.engine.calls import LEAST_URGENT, context
from server.engine.canaries import Canaries
from server.engine.gestures import arrive_by_key, confirm, undo
from server.engine.people import People
from server.engine.steps import Steps
from server.engine.stood_in import late_came, press_came
from server.engine.work import Work
from server.rules import dedup
from server.rules.facts import Button, Incident, Policy
from server.rules.fatigue import is_damped, recent
from server.rules.incidents import State
from server.rules.journal import Action
from server.rules.policies import BUILT_IN, policy_for
from server.rules.routing import pagers_of

MILLISECOND = timedelta(milliseconds=1)
THANKS_S = 5
CLOSED_S = 10
"""How long a button says that nobody can be called, outside the opening hours."""
CONFIRMS = "green"
CALLS = "red"
"""The only colour that calls anybody; the others are counted."""


class Presses:
    def __init__(self, steps: Steps, people: People, canaries: Canaries) -> None:
        self._canaries = canaries
        self._steps = steps
        self._people = people
        self._new_id = steps.calls.new_id

    def take(self, work: Work, arrival: Arrival, known: Mapping[UUID, Known]) -> None:
        """`known`: what the database holds of this press and of the one it takes back, where it may hold any."""
        press = arrival.press
        state = work.presses[press.id]["state"] if press.id in work.presses else None
        if state is None and press.id in known:
            state = known[press.id].state
        if state is not None:
            work.lights_again.add(arrival.place)  # it may have been lost with the receipt
            self._receipt(work, arrival, "late" if state == "late" else "stored")
            return
        button = arrival.store.button(arrival.device, press.input)
        quiet, drill = press.kind is PressKind.QUIET, press.purpose is Purpose.DRILL
        policy = policy_for(arrival.store, button.zone_id, work.now, quiet=quiet, drill=drill)
        if policy is None and press.age_known:  # it closed while the press was on its way
            policy = policy_for(arrival.store, button.zone_id, arrival.pressed_at)
        age_now = (work.now - arrival.pressed_at) // MILLISECOND  # also what it waited for the database
        policy_ttl_s = (policy or BUILT_IN).ttl_s
        late = dedup.is_late(age_now, press.ttl_s, policy_ttl_s)
        if not late and dedup.is_late(age_now + arrival.doubt_ms, press.ttl_s, policy_ttl_s):
            press = press.model_copy(update={"age_known": False})  # perhaps too old: never the full alarm
            arrival = replace(arrival, press=press)
        calls = False
        if press.kind is PressKind.UNDO:
            closed = undo(work, arrival, button, known)
            if closed is not None:
                self._people.tell_undone(work, closed, work.picture.pages_for(closed.id))
        elif press_came(work, arrival, button, late=late):
            pass  # the keeper gateway told of it: nobody is called once more
        elif press.id in work.picture.undone:
            store_press(work, arrival, button, "undone")
            work.say(Action.PRESS_UNDONE, store=arrival.store.id, press=press.id)
        elif late:
            late_came(work, arrival, button)
        elif press.kind is PressKind.ARRIVE:
            self._arrive(work, arrival, button)
        elif press.purpose is Purpose.CANARY:
            store_press(work, arrival, button, "stored")
            self._canaries.pressed(work, arrival)
        elif button.colour != CALLS and not quiet:
            if button.colour == CONFIRMS:
                confirm(work, arrival, button)
            else:
                store_press(work, arrival, button, "stored")
            work.brief[arrival.place] = (LightState.RECEIVED, THANKS_S)
        else:
            calls = self._call(work, arrival, button, policy)
        silent = quiet or press.purpose is Purpose.CANARY
        if not calls and not silent and (not late or work.picture.open_at(arrival.place)):
            # by itself the unit shows `received` at a receipt, which is about a call, or `idle` when it is late
            work.lights_again.add(arrival.place)
        self._receipt(work, arrival, "late" if late else "stored")

    def _call(self, work: Work, arrival: Arrival, button: Button, policy: Policy | None) -> bool:
        """False: the store is closed and calls nobody now."""
        press, quiet = arrival.press, arrival.press.kind is PressKind.QUIET
        open_ones = work.picture.open_at(arrival.place)
        flood = self._is_flood(work, arrival)
        incident = dedup.joins(open_ones, press.purpose, work.now, flood=flood, quiet=quiet)
        if incident is None and policy is None:
            store_press(work, arrival, button, "stored")
            work.say(
                Action.CLOSED_HOURS,
                store=arrival.store.id,
                press=press.id,
                device=arrival.device,
                input=press.input,
            )
            work.brief[arrival.place] = (LightState.NOBODY, CLOSED_S)
            return False
        if incident is None:
            assert policy is not None
            if open_ones and not quiet:
                work.lights_again.add(arrival.place)
            self._open(work, arrival, button, policy)
            return True
        store_press(work, arrival, button, "merged", incident.id)
        raises = press.age_known and not flood
        joined = replace(
            incident,
            presses=incident.presses + 1,
            priority=max(1, incident.priority - 1) if raises else incident.priority,
            opened_at=min(incident.opened_at, arrival.pressed_at),
            exit_at=min(incident.exit_at, arrival.pressed_at + _exit(work, incident)),
        )
        if raises:
            joined = self._awake(work, joined)
        work.put_incident(joined)
        if not quiet:
            work.lights_again.add(arrival.place)
        work.say(Action.PRESS_MERGED, joined, press=press.id, age_ms=arrival.age_ms, flood=flood)
        if incident.state is State.ACKNOWLEDGED and not flood:
            owner = arrival.store.accounts.get(incident.acknowledged_by_id or 0)
            pagers = pagers_of(arrival.store, owner)
            self._steps.calls.page(work, joined, pagers, "joined", press=press.id)
        return True

    def _awake(self, work: Work, incident: Incident) -> Incident:
        """All its steps and repeats are over and nobody answered: the next customer is heard all the same."""
        _, _, policy = context(work, incident)
        over = incident.step >= len(policy.steps) and incident.repeats >= policy.repeats
        if incident.state is not State.TRIGGERED or not over:
            return incident
        pages = work.picture.pages_for(incident.id)
        rang = max((page.created_at for page in pages), default=incident.triggered_at)
        due = rang + timedelta(seconds=policy.repeat_s)
        if due > work.now:
            return replace(incident, due_at=due)
        return replace(incident, triggered_at=work.now, repeats=0, due_at=work.now)

    def _arrive(self, work: Work, arrival: Arrival, button: Button) -> None:
        before = arrive_by_key(work, arrival, button)
        if before is not None and before.state is State.TRIGGERED:
            self._people.tell_others(work, work.picture.incidents[before.id], None)

    def _open(self, work: Work, arrival: Arrival, button: Button, policy: Policy) -> None:
        press, pressed_at, quiet = arrival.press, arrival.pressed_at, arrival.press.kind is PressKind.QUIET
        is_call = press.purpose is Purpose.CALL and not quiet
        again = is_call and dedup.is_again(
            work.picture.closed_at.get((arrival.place, press.purpose)), pressed_at
        )
        fun = recent(work.picture.false_presses.get(arrival.place, ()), work.now)
        damped = is_call and is_damped(fun, work.now)
        priority = max(1, policy.priority - 1) if again else policy.priority
        incident = Incident(
            id=self._new_id(),
            store_id=arrival.store.id,
            number=work.picture.count(arrival.store.id, work.undo),
            button_id=button.id,
            zone_id=button.zone_id,
            policy_id=policy.id,
            purpose=press.purpose,
            state=State.TRIGGERED,
            priority=priority if press.age_known and not damped else LEAST_URGENT,
            presses=1,
            again=again,
            opened_at=pressed_at,
            triggered_at=work.now,
            exit_at=pressed_at + timedelta(seconds=policy.exit_s),
            device=arrival.device,
            input=press.input,
            press_id=press.id,
            quiet=quiet,
            damped=damped,
        )
        store_press(work, arrival, button, "stored", incident.id)
        work.say(
            Action.PRESS_RECEIVED,
            incident,
            press=press.id,
            age_ms=arrival.age_ms,
            tries=press.try_,
            seq=press.seq,
        )
        work.say(Action.OPENED, incident, new=incident.state.value, number=incident.number, again=again)
        if damped:
            work.say(Action.DAMPED, incident, false_presses=len(fun))
        wait = policy.steps[0].after_s if policy.steps else 0
        if wait == 0:
            self._steps.next_step(work, incident)
        else:
            work.put_incident(replace(incident, due_at=work.now + timedelta(seconds=wait)))

    def _is_flood(self, work: Work, arrival: Arrival) -> bool:
        recent = work.picture.fresh.setdefault((arrival.store.id, arrival.device), deque())
        while recent and work.now - recent[0] > timedelta(minutes=1):
            recent.popleft()
        recent.append(work.now)
        work.undo.append(
            lambda: recent.remove(work.now)
        )  # a group that fails is counted when it is done again
        return len(recent) > dedup.FLOOD_PER_MINUTE

    def _receipt(self, work: Work, arrival: Arrival, result: str, reason: str | None = None) -> None:
        message = PressReceipt(id=arrival.press.id, result=ReceiptResult(result), reason=reason, at=work.now)
        work.receipts.append(
            (
                arrival.store.id,
                publication(channels.RECEIPT, arrival.store.id, "b", arrival.device, message),
            )
        )


def _exit(work: Work, incident: Incident) -> timedelta:
    _, _, policy = context(work, incident)
    return timedelta(seconds=policy.exit_s)
