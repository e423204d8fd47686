"""A press comes in: it is stored, and it opens an incident, joins one, closes one, or is history."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import Press, PressKind, PressReceipt, Purpose, ReceiptResult
from server.engine.calls import Calls, NewId
from server.engine.people import close
from server.engine.picture import Place
from server.engine.work import RefusedOne, Work
from server.rules import dedup
from server.rules.facts import Button, Incident, Store
from server.rules.incidents import Event, Outcome, State, move
from server.rules.journal import Action
from server.rules.routing import pagers_of

CALLS = "red"
"""The only colour that calls anybody; the others are counted."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One press as it came: how old it is now, and where it was pressed."""

    store: Store
    device: str
    press: Press
    age_ms: int
    received_at: datetime

    @property
    def place(self) -> Place:
        return (self.store.id, self.device, self.press.input)

    @property
    def pressed_at(self) -> datetime:
        return self.received_at - timedelta(milliseconds=self.age_ms)


@dataclass(frozen=True, slots=True)
class Known:
    """A press that is stored already."""

    state: str
    incident_id: UUID | None


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
        late = dedup.is_late(arrival.age_ms, press.ttl_s, button.policy.ttl_s)
        if press.kind is PressKind.UNDO:
            self._undo(work, arrival, button, known)
        elif press.id in work.picture.undone:
            self._store(work, arrival, button, "undone")
            work.say(Action.PRESS_UNDONE, store=arrival.store.id, press=press.id)
        elif late:
            self._store(work, arrival, button, "late")
            work.say(Action.PRESS_LATE, store=arrival.store.id, press=press.id, age_ms=arrival.age_ms)
        elif press.kind is PressKind.ARRIVE:
            self._arrive(work, arrival, button)
        elif press.purpose is Purpose.CANARY or button.colour != CALLS:
            self._store(work, arrival, button, "stored")
        else:
            self._call(work, arrival, button)
        self._receipt(work, arrival, "late" if late else "stored")

    def _call(self, work: Work, arrival: Arrival, button: Button) -> None:
        press = arrival.press
        open_ones = work.picture.open_at(arrival.place)
        flood = self._is_flood(work, arrival)
        incident = dedup.joins(open_ones, press.purpose, work.now, flood=flood)
        if incident is None:
            self._open(work, arrival, button)
            return
        self._store(work, arrival, button, "merged", incident.id)
        joined = replace(
            incident,
            presses=incident.presses + 1,
            priority=incident.priority if flood else max(1, incident.priority - 1),
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
        work.put_incident(incident)
        self._store(work, arrival, button, "stored", incident.id)
        work.say(
            Action.PRESS_RECEIVED,
            incident,
            press=press.id,
            age_ms=arrival.age_ms,
            tries=press.try_,
            seq=press.seq,
        )
        work.say(Action.OPENED, incident, new=incident.state.value, number=incident.number, again=again)
        if policy.steps and policy.steps[0].after_s == 0:
            self._calls.next_step(work, incident)
        else:
            wait = policy.steps[0].after_s if policy.steps else 0
            work.put_incident(replace(incident, due_at=work.now + timedelta(seconds=wait)))

    def _undo(self, work: Work, arrival: Arrival, button: Button, known: Mapping[UUID, Known]) -> None:
        """Take one press back. The incident closes when nothing else is merged in it."""
        press, ref = arrival.press, arrival.press.ref
        assert ref is not None
        self._store(work, arrival, button, "stored")
        work.say(Action.PRESS_UNDONE, store=arrival.store.id, press=ref)
        row = work.presses.get(ref)
        found = Known(row["state"], row["incident_id"]) if row is not None else known.get(ref)
        if found is None:  # came before its press, which is then stored as undone
            work.picture.undone[ref] = press.id
            work.undo.append(lambda: work.picture.undone.__delitem__(ref))
            return
        work.change_press(ref, state="undone")
        incident = work.picture.incidents.get(found.incident_id) if found.incident_id else None
        if incident is None or incident.state is State.CLOSED or found.state == "undone":
            return
        if incident.presses > 1:
            work.put_incident(replace(incident, presses=incident.presses - 1))
        elif incident.state is not State.ATTENDED:
            close(work, incident, Event.UNDO, Outcome.FALSE_PRESS)

    def _arrive(self, work: Work, arrival: Arrival, button: Button) -> None:
        """The staff key at the button: proof that somebody stands there."""
        incident = next(
            (
                one
                for one in work.picture.open_at(arrival.place)
                if one.state in (State.TRIGGERED, State.ACKNOWLEDGED)
            ),
            None,
        )
        self._store(work, arrival, button, "stored", incident.id if incident else None)
        if incident is None:
            return
        attended = replace(
            incident,
            state=move(incident.state, Event.ARRIVE),
            attended_at=arrival.pressed_at,
            attended_how="key",
            due_at=arrival.pressed_at + timedelta(minutes=20),
        )
        work.put_incident(attended)
        work.say(
            Action.ATTENDED,
            attended,
            press=arrival.press.id,
            old=incident.state,
            new=attended.state,
            how="key",
        )

    def _is_flood(self, work: Work, arrival: Arrival) -> bool:
        recent = work.picture.fresh.setdefault((arrival.store.id, arrival.device), deque())
        while recent and work.now - recent[0] > timedelta(minutes=1):
            recent.popleft()
        recent.append(work.now)
        return len(recent) > dedup.FLOOD_PER_MINUTE

    def _store(
        self, work: Work, arrival: Arrival, button: Button, state: str, incident: UUID | None = None
    ) -> None:
        press = arrival.press
        work.put_press(
            {
                "id": press.id,
                "store_id": arrival.store.id,
                "device": arrival.device,
                "input": press.input,
                "button_id": button.id,
                "incident_id": incident,
                "run": press.run,
                "boot": press.boot,
                "seq": press.seq,
                "kind": press.kind.value,
                "purpose": press.purpose.value,
                "ref": press.ref,
                "via_input": press.via_input,
                "via": press.via,
                "state": state,
                "pressed_at": arrival.pressed_at,
                "received_at": arrival.received_at,
                "age_ms": arrival.age_ms,
                "age_known": press.age_known,
                "tries": press.try_,
            }
        )

    def _receipt(self, work: Work, arrival: Arrival, result: str, reason: str | None = None) -> None:
        message = PressReceipt(id=arrival.press.id, result=ReceiptResult(result), reason=reason, at=work.now)
        work.receipts.append(
            (
                arrival.store.id,
                publication(channels.RECEIPT, arrival.store.id, "b", arrival.device, message),
            )
        )
