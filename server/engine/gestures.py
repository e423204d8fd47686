"""What a button can say besides a call: take it back, "I am here" by the staff key, the customer's own "sorted"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from broker_config.messages import Purpose
from server.engine.arrivals import Arrival, Known, store_press
from server.engine.closing import close_by_itself, take_back_pages
from server.engine.work import Work
from server.rules.confirm import may_confirm
from server.rules.escalation import ASK_TO_CLOSE
from server.rules.facts import Button, Incident
from server.rules.incidents import Event, Outcome, State, move
from server.rules.journal import Action
from server.rules.policies import upwards

SLACK = timedelta(seconds=5)
"""A press may look so much older than it is, since a slow broker's round trip is added to its age."""


def undo(work: Work, arrival: Arrival, button: Button, known: Mapping[UUID, Known]) -> Incident | None:
    """Take one press back. The incident closes when nothing else is merged in it: then it is returned."""
    press, ref = arrival.press, arrival.press.ref
    assert ref is not None
    store_press(work, arrival, button, "stored")
    row = work.presses.get(ref)
    here = (arrival.store.id, arrival.device)
    found = known.get(ref)
    if row is not None:
        found = Known(row["state"], row["incident_id"], (row["store_id"], row["device"]))
    if found is not None and found.unit != here:
        return None  # each unit takes back its own
    if any(press_id == ref and "undone" in columns.values() for press_id, columns in work.press_updates):
        return None  # taken back just before
    work.say(Action.PRESS_UNDONE, store=arrival.store.id, press=ref)
    if found is None and ref in work.picture.reported:  # its press is to come, a stand-in told of it
        found = Known("stored", work.picture.reported[ref], here)
        work.picture.note(work.picture.undone, ref, press.id, work.undo)
    if found is None:  # came before its press, which is then stored as undone
        if ref not in work.picture.undone:
            work.picture.note(work.picture.undone, ref, press.id, work.undo)
        return None
    work.change_press(ref, state="undone")
    incident = work.picture.incidents.get(found.incident_id) if found.incident_id else None
    if incident is None or incident.state is State.CLOSED or found.state == "undone":
        return None
    if incident.presses > 1:
        work.put_incident(replace(incident, presses=incident.presses - 1))
    elif incident.state is not State.ATTENDED:
        return close_by_itself(work, incident, Event.UNDO, Outcome.FALSE_PRESS)
    return None


def arrive_by_key(work: Work, arrival: Arrival, button: Button) -> Incident | None:
    """The staff key at the button: proof that somebody stands there. Gives the incident as it was before. A key that
    was turned before the customer pressed, or nobody knows when, proves nothing."""
    open_ones = [
        one
        for one in work.picture.open_at(arrival.place)
        if one.state in (State.TRIGGERED, State.ACKNOWLEDGED)
        and not one.quiet
        and arrival.press.age_known
        and one.opened_at <= arrival.pressed_at + SLACK
    ]
    incident = min(open_ones, key=lambda one: (one.purpose is not Purpose.CALL, one.number), default=None)
    store_press(work, arrival, button, "stored", incident.id if incident else None)
    if incident is None:
        return None
    came = max(arrival.pressed_at, incident.opened_at)
    attended = replace(
        incident,
        state=move(incident.state, Event.ARRIVE),
        attended_at=came,
        attended_how="key",
        due_at=came + ASK_TO_CLOSE,
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
    return incident


def confirm(work: Work, arrival: Arrival, button: Button) -> None:
    """A green press soon after the contact, at the same place: the customer's own "sorted"."""
    incident = _to_confirm(work, arrival, button)
    store_press(work, arrival, button, "stored", incident.id if incident else None)
    if incident is None:
        return
    work.picture.recall(incident, work.undo)
    work.say(Action.CONFIRMED, incident, press=arrival.press.id)
    confirmed = replace(incident, confirmed_at=arrival.pressed_at)
    if incident.state is State.ATTENDED:
        work.put_incident(confirmed)
        close_by_itself(work, confirmed, Event.CONFIRM, Outcome.RECOVERED_BY_CUSTOMER)
        return
    work.put_incident(confirmed)
    assert incident.zone_id is not None
    key = (incident.store_id, incident.zone_id)
    kept = tuple(one for one in work.picture.contacts[key] if one.id != incident.id)
    work.picture.note(work.picture.contacts, key, kept, work.undo)


def _to_confirm(work: Work, arrival: Arrival, button: Button) -> Incident | None:
    """The newest contact in this zone, in one above it, or in one below it. Only a customer's press says so, and only
    one of which is known when it was."""
    store, press = arrival.store, arrival.press
    if button.zone_id is None or not press.age_known or press.purpose is not Purpose.CALL:
        return None
    own = set(upwards(store, button.zone_id))
    zones = own | {zone for zone in store.zones if button.zone_id in upwards(store, zone)}
    found = [
        one
        for one in work.picture.incidents.values()
        if one.store_id == store.id and one.zone_id in zones and one.state is State.ATTENDED
    ]
    for zone in sorted(zones):
        found += work.picture.contacts.get((store.id, zone), ())
    newest = [work.picture.incidents.get(one.id, one) for one in found]
    usable = [one for one in newest if may_confirm(one, arrival.pressed_at)]
    return max(usable, key=lambda one: one.attended_at or one.opened_at, default=None)
