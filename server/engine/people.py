"""What people do to an incident. The first one wins; everybody else hears who was faster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from broker_config.messages import Purpose
from server.dispatch import cancel
from server.engine.work import Work
from server.requests import Acknowledge, Answer, Arrive, Close, Done, Refusal, RefusalReason, Request
from server.rules.escalation import ASK_TO_CLOSE
from server.rules.facts import Incident
from server.rules.incidents import Event, Outcome, State, WrongMove, move
from server.rules.journal import Action
from server.rules.pages import Wish, wish


def answer(work: Work, request: Request) -> Answer:
    incident = work.picture.incidents.get(request.incident)
    if incident is None or incident.state is State.CLOSED:
        return Refusal(request.incident, RefusalReason.UNKNOWN)
    if request.account not in work.picture.stores[incident.store_id].accounts:
        return Refusal(request.incident, RefusalReason.UNKNOWN)
    try:
        match request:
            case Acknowledge():
                changed = acknowledge(work, incident, request.account)
            case Arrive():
                changed = arrive(work, incident, request.account)
            case Close():
                outcome = Outcome.DRILL if incident.purpose is Purpose.DRILL else request.outcome
                changed = close(work, incident, Event.CLOSE, outcome, request.account)
    except WrongMove as wrong:
        taken = isinstance(request, Acknowledge) and wrong.state is not State.CLOSED
        reason = RefusalReason.TOO_LATE if taken else RefusalReason.WRONG_STATE
        return Refusal(
            incident.id, reason, incident.state, incident.acknowledged_by_id or incident.attended_by_id
        )
    return Done(changed.id, changed.state)


def acknowledge(work: Work, incident: Incident, account: int) -> Incident:
    button = work.picture.stores[incident.store_id].button(incident.device, incident.input)
    changed = replace(
        incident,
        state=move(incident.state, Event.ACKNOWLEDGE),
        acknowledged_at=work.now,
        acknowledged_by_id=account,
        due_at=work.now + timedelta(seconds=button.policy.attend_s),
    )
    work.put_incident(changed)
    work.say(Action.ACKNOWLEDGED, changed, account=account, old=incident.state, new=changed.state)
    take_back_pages(work, changed)
    return changed


def arrive(work: Work, incident: Incident, account: int) -> Incident:
    changed = replace(
        incident,
        state=move(incident.state, Event.ARRIVE),
        attended_at=work.now,
        attended_by_id=account,
        attended_how="screen",
        due_at=work.now + ASK_TO_CLOSE,
    )
    work.put_incident(changed)
    work.say(Action.ATTENDED, changed, account=account, old=incident.state, new=changed.state, how="screen")
    take_back_pages(work, changed)
    return changed


def close(
    work: Work, incident: Incident, event: Event, outcome: Outcome, account: int | None = None
) -> Incident:
    changed = replace(
        incident,
        state=move(incident.state, event),
        closed_at=work.now,
        closed_by_id=account,
        outcome=outcome.value,
        due_at=None,
    )
    work.put_incident(changed)
    work.say(Action.CLOSED, changed, account=account, old=incident.state, new=outcome.value)
    if event is not Event.UNDO:
        _remember_close(work, changed)
    take_back_pages(work, changed)
    return changed


def take_back_pages(work: Work, incident: Incident) -> None:
    """Ask the gateways to drop what is not on the air yet; their results say what really became of it."""
    for page in work.picture.pages_for(incident.id):
        if not page.state.is_final and wish(page, incident) is Wish.CANCEL:
            work.others.append((page.store_id, cancel(page, incident.state.value)))


def _remember_close(work: Work, incident: Incident) -> None:
    key = ((incident.store_id, incident.device, incident.input), incident.purpose)
    old = work.picture.closed_at.get(key)
    assert incident.closed_at is not None
    work.picture.closed_at[key] = incident.closed_at

    def back() -> None:
        if old is None:
            del work.picture.closed_at[key]
        else:
            work.picture.closed_at[key] = old

    work.undo.append(back)
