"""What a button can say besides a press: take it back, and "I am here" by the staff key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from server.engine.arrivals import Arrival, Known, store_press
from server.engine.people import close, take_back_pages
from server.engine.work import Work
from server.rules.escalation import ASK_TO_CLOSE
from server.rules.facts import Button
from server.rules.incidents import Event, Outcome, State, move
from server.rules.journal import Action


def undo(work: Work, arrival: Arrival, button: Button, known: Mapping[UUID, Known]) -> None:
    """Take one press back. The incident closes when nothing else is merged in it."""
    press, ref = arrival.press, arrival.press.ref
    assert ref is not None
    store_press(work, arrival, button, "stored")
    work.say(Action.PRESS_UNDONE, store=arrival.store.id, press=ref)
    row = work.presses.get(ref)
    found = Known(row["state"], row["incident_id"]) if row is not None else known.get(ref)
    if found is None:  # came before its press, which is then stored as undone
        if work.picture.undone.setdefault(ref, press.id) == press.id:
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


def arrive_by_key(work: Work, arrival: Arrival, button: Button) -> None:
    """The staff key at the button: proof that somebody stands there."""
    incident = next(
        (
            one
            for one in work.picture.open_at(arrival.place)
            if one.state in (State.TRIGGERED, State.ACKNOWLEDGED)
        ),
        None,
    )
    store_press(work, arrival, button, "stored", incident.id if incident else None)
    if incident is None:
        return
    attended = replace(
        incident,
        state=move(incident.state, Event.ARRIVE),
        attended_at=arrival.pressed_at,
        attended_how="key",
        due_at=arrival.pressed_at + ASK_TO_CLOSE,
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
    take_back_pages(work, attended)
