"""An incident that the keeper gateway has called for: opened from its report, joined by the press when that comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from broker_config.messages import FallbackReport, PressKind, Purpose
from server.db.stand_ins import Found
from server.engine.arrivals import Arrival, store_press
from server.engine.calls import LEAST_URGENT
from server.engine.work import Work
from server.rules import dedup
from server.rules.escalation import GIVE_UP, next_step_at
from server.rules.facts import Button, Incident, Policy, Store
from server.rules.fallback_plan import First, first_called
from server.rules.incidents import State
from server.rules.journal import Action
from server.rules.policies import BUILT_IN
from server.rules.roster import roster
from server.rules.stand_in import ONE_CALL, WAIT, is_too_old

UNDONE = "undone"
SLACK = timedelta(seconds=1)
"""An age is counted in whole seconds on its way through the broker."""


@dataclass(frozen=True, slots=True)
class Told:
    """A report, with what is known besides."""

    store: Store
    gateway: str
    report: FallbackReport
    found: Found
    pressed_at: datetime
    stood_at: datetime
    button: Button
    first: First
    """Whom the policy would have called first at that time."""
    press_state: str | None
    """None: the press itself is not here yet."""
    calm: bool
    """Nobody is called for it any more: it is too old, of unknown age, taken back, or of a closed shop."""

    @property
    def undone(self) -> bool:
        return self.press_state == UNDONE

    @property
    def policy(self) -> Policy:
        return self.first.policy or BUILT_IN


def told_of(
    work: Work, store_id: str, gateway: str, report: FallbackReport, found: Found, heard: datetime
) -> Told:
    """`heard`: when it was pressed, by the report; the press itself knows better."""
    store = work.picture.stores[store_id]
    pressed_at = min(found.pressed_at or heard, work.now)
    if (
        heard < pressed_at - SLACK
    ):  # bytes that wait in a socket do not age: of two words the older one is right
        pressed_at = heard
    wait = (
        WAIT
        if report.stood_in_ms is None
        else timedelta(milliseconds=min(report.stood_in_ms, dedup.MOST_AGE_MS))
    )
    button = store.button(report.device, report.input)
    first = first_called(store, button, pressed_at, roster(store, pressed_at), work.picture.last_paged)
    state = UNDONE if report.press in work.picture.undone else found.press_state
    if report.press in work.presses:
        state = work.presses[report.press]["state"]
    unsure = not report.age_known and found.pressed_at is None
    return Told(
        store=store,
        gateway=gateway,
        report=report,
        found=found,
        pressed_at=pressed_at,
        stood_at=min(pressed_at + wait, work.now),
        button=button,
        first=first,
        press_state=state,
        calm=state == UNDONE
        or unsure
        or first.policy is None
        or is_too_old(first.policy, pressed_at, work.now),
    )


def incident_of(work: Work, told: Told) -> Incident | None:
    """The incident that this press belongs to already; a closed one is remembered once more."""
    press, picture = told.report.press, work.picture
    row, before = work.presses.get(press), work.reports.get(told.report.id)
    known = picture.reported.get(press) or (row["incident_id"] if row is not None else None)
    known = known or (before["incident_id"] if before is not None else None)
    known = known or (told.found.incident.id if told.found.incident is not None else None)
    if known is not None and known in picture.incidents:
        return picture.incidents[known]
    incident = told.found.incident
    if incident is not None:
        picture.recall(incident, work.undo)
        for page in told.found.pages:
            picture.put_page(page, work.undo)
    return incident


def join(work: Work, told: Told) -> Incident | None:
    """An open incident of this button that a press of now belongs to."""
    place = (told.store.id, told.report.device, told.report.input)
    found = dedup.joins(work.picture.open_at(place), Purpose.CALL, work.now, flood=False)
    if found is None or told.calm:
        return None
    return replace(found, presses=found.presses + 1)


def with_true_times(told: Told, incident: Incident) -> Incident:
    """Since when the customer waits, and when the stand-in called."""
    earlier = min(incident.opened_at, told.pressed_at)
    return replace(
        incident,
        opened_at=earlier,
        exit_at=incident.exit_at - (incident.opened_at - earlier),
        stood_in_at=min(incident.stood_in_at or told.stood_at, told.stood_at),
    )


def opened(work: Work, told: Told, new: UUID) -> Incident:
    """As it would have been opened in time. What is calm has all its steps and repeats behind it."""
    policy, report = told.policy, told.report
    place = (told.store.id, report.device, report.input)
    again = dedup.is_again(work.picture.closed_at.get((place, Purpose.CALL)), told.pressed_at)
    nobody = told.first.step > len(policy.steps)
    exit_at = told.pressed_at + timedelta(seconds=policy.exit_s)
    incident = Incident(
        id=new,
        store_id=told.store.id,
        number=work.picture.count(told.store.id, work.undo),
        button_id=told.button.id,
        zone_id=told.button.zone_id,
        policy_id=policy.id,
        purpose=Purpose.CALL,
        state=State.TRIGGERED,
        priority=max(1, policy.priority - 1) if again else policy.priority,
        presses=1,
        again=again,
        opened_at=told.pressed_at,
        triggered_at=told.stood_at,
        exit_at=exit_at,
        device=report.device,
        input=report.input,
        press_id=report.press,
        step=min(told.first.step, len(policy.steps)),
        nobody_at=told.stood_at if nobody else None,
    )
    if told.calm:
        return replace(
            incident,
            priority=LEAST_URGENT,
            step=len(policy.steps),
            repeats=policy.repeats,
            sorry_at=exit_at if exit_at <= work.now else None,
            due_at=told.stood_at + GIVE_UP,
        )
    return replace(incident, due_at=next_step_at(incident, incident.step, policy, work.now))


def press_came(work: Work, arrival: Arrival, button: Button, *, late: bool) -> bool:
    """The press of a report that came before it: one more row of the same incident, and nobody is called for it.
    False: no report told of it."""
    press, picture = arrival.press, work.picture
    key = picture.reported.pop(press.id, None)
    if key is None:
        return False
    work.undo.append(lambda: picture.reported.__setitem__(press.id, key))
    undone = press.id in picture.undone
    store_press(work, arrival, button, UNDONE if undone else "late" if late else "stored", key)
    incident = picture.incidents.get(key)
    if incident is None or incident.state is State.CLOSED:
        action = Action.PRESS_UNDONE if undone else Action.PRESS_LATE if late else Action.PRESS_RECEIVED
        work.say(action, store=arrival.store.id, press=press.id, age_ms=arrival.age_ms)
        return True
    earlier = min(incident.opened_at, arrival.pressed_at) if press.age_known else incident.opened_at
    moved = incident.opened_at - earlier
    work.put_incident(replace(incident, opened_at=earlier, exit_at=incident.exit_at - moved))
    work.say(
        Action.PRESS_RECEIVED,
        incident,
        press=press.id,
        age_ms=arrival.age_ms,
        tries=press.try_,
        seq=press.seq,
    )
    return True


def late_came(work: Work, arrival: Arrival, button: Button) -> None:
    """History. It belongs to the call that the stand-in made for this button at that time, if any: its light said so,
    and the report names only the first press."""
    press = arrival.press
    of_a_call = press.kind is PressKind.PRESS and press.purpose is Purpose.CALL and press.age_known
    stood_in = (one for one in work.picture.open_at(arrival.place) if one.stood_in_at is not None)
    incident = next(
        (
            one
            for one in stood_in
            if of_a_call and abs(arrival.pressed_at - one.opened_at) <= ONE_CALL + SLACK
        ),
        None,
    )
    store_press(work, arrival, button, "late", incident.id if incident is not None else None)
    if incident is None:
        work.say(Action.PRESS_LATE, store=arrival.store.id, press=press.id, age_ms=arrival.age_ms)
    else:
        work.put_incident(replace(incident, presses=incident.presses + 1))
        work.say(Action.PRESS_LATE, incident, press=press.id, age_ms=arrival.age_ms)


def late_before(work: Work, told: Told) -> set[UUID]:
    """Late presses of no call that came before the report of theirs."""
    report = told.report
    same = {
        row["id"]
        for row in work.presses.values()
        if (row["store_id"], row["device"], row["input"]) == (told.store.id, report.device, report.input)
        and (row["state"], row["kind"], row["purpose"], row["incident_id"]) == ("late", "press", "call", None)
        and row["age_known"]
        and abs(row["pressed_at"] - told.pressed_at) <= ONE_CALL + SLACK
    }
    return (same | set(told.found.late)) - {report.press}
