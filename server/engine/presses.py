"""A press comes in: it is stored, and it opens an incident, joins one, closes one, or is history."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import PressKind, PressReceipt, Purpose, ReceiptResult
from server.engine.arrivals import Arrival, Known, store_press
from server.engine.calls import Calls, NewId
from server.engine.gestures import arrive_by_key, undo
from server.engine.work import RefusedOne, Work
from server.rules import dedup
from server.rules.facts import Button, Incident
from server.rules.incidents import State
from server.rules.journal import Action
from server.rules.routing import pagers_of

MILLISECOND = timedelta(milliseconds=1)
CALLS = "red"
"""The only colour that calls anybody; the others are counted."""


class Presses:
    def __init__(self, calls: Calls, new_id: NewId) -> None:
        self._calls = calls
        self._new_id = new_id

    def take(self, work: Work, arrival: Arrival, known: Mapping[UUID, Known]) -> None:
        """`known`: what the database holds of this press and of the one it takes back, where it may hold any."""
        press = arrival.press
        state = work.presses[press.id]["state"] if press.id in work.presses else None
        if state is None and press.id in known:
            state = known[press.id].state
        if state is not None:
            if not work.picture.open_at(arrival.place):
                work.lights_again.add(arrival.place)
            self._receipt(work, arrival, "late" if state == "late" else "stored")
            return
        if press.kind is PressKind.QUIET:
            reason = "quiet calls are not set up in this store"
            work.refused.append(
                RefusedOne(
                    arrival.store.id, arrival.device, "kind", "press", reason, press.kind.value.encode()
                )
            )
            self._receipt(work, arrival, "refused", reason)
            return
        button = arrival.store.button(arrival.device, press.input)
        age_now = (work.now - arrival.pressed_at) // MILLISECOND  # also what it waited for the database
        late = dedup.is_late(age_now, press.ttl_s, button.policy.ttl_s)
        calls = False
        if press.kind is PressKind.UNDO:
            undo(work, arrival, button, known)
        elif press.id in work.picture.undone:
            store_press(work, arrival, button, "undone")
            work.say(Action.PRESS_UNDONE, store=arrival.store.id, press=press.id)
        elif late:
            store_press(work, arrival, button, "late")
            work.say(Action.PRESS_LATE, store=arrival.store.id, press=press.id, age_ms=arrival.age_ms)
        elif press.kind is PressKind.ARRIVE:
            arrive_by_key(work, arrival, button)
        elif press.purpose is Purpose.CANARY:
            store_press(work, arrival, button, "stored")
        elif button.colour != CALLS:
            store_press(work, arrival, button, "stored")
            work.thanks.add(arrival.place)
        else:
            calls = True
            self._call(work, arrival, button)
        if not calls and (not late or work.picture.open_at(arrival.place)):
            # by itself the unit shows `received` at a receipt, which is about a call, or `idle` when it is late
            work.lights_again.add(arrival.place)
        self._receipt(work, arrival, "late" if late else "stored")

    def _call(self, work: Work, arrival: Arrival, button: Button) -> None:
        press = arrival.press
        open_ones = work.picture.open_at(arrival.place)
        flood = self._is_flood(work, arrival)
        incident = dedup.joins(open_ones, press.purpose, work.now, flood=flood)
        if incident is None:
            if open_ones:
                work.lights_again.add(arrival.place)
            self._open(work, arrival, button)
            return
        store_press(work, arrival, button, "merged", incident.id)
        raises = press.age_known and not flood
        joined = replace(
            incident,
            presses=incident.presses + 1,
            priority=max(1, incident.priority - 1) if raises else incident.priority,
            opened_at=min(incident.opened_at, arrival.pressed_at),
            exit_at=min(incident.exit_at, arrival.pressed_at + timedelta(seconds=button.policy.exit_s)),
        )
        work.put_incident(joined)
        work.lights_again.add(arrival.place)
        work.say(Action.PRESS_MERGED, joined, press=press.id, age_ms=arrival.age_ms, flood=flood)
        if incident.state is State.ACKNOWLEDGED and not flood:
            owner = arrival.store.accounts.get(incident.acknowledged_by_id or 0)
            pagers = pagers_of(arrival.store, owner)
            self._calls.page(work, joined, button, pagers, "joined", press=press.id)

    def _open(self, work: Work, arrival: Arrival, button: Button) -> None:
        press, pressed_at = arrival.press, arrival.pressed_at
        again = press.purpose is Purpose.CALL and dedup.is_again(
            work.picture.closed_at.get((arrival.place, press.purpose)), pressed_at
        )
        policy = button.policy
        incident = Incident(
            id=self._new_id(),
            store_id=arrival.store.id,
            number=work.picture.count(arrival.store.id, work.undo),
            button_id=button.id,
            zone_id=button.zone_id,
            policy_id=policy.id,
            purpose=press.purpose,
            state=State.TRIGGERED,
            priority=2 if press.age_known else 3,
            presses=1,
            again=again,
            opened_at=pressed_at,
            triggered_at=work.now,
            exit_at=pressed_at + timedelta(seconds=policy.exit_s),
            device=arrival.device,
            input=press.input,
            press_id=press.id,
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
        wait = policy.steps[0].after_s if policy.steps else 0
        if wait == 0:
            self._calls.next_step(work, incident)
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
