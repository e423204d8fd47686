"""The end of an incident: how it ended, what is remembered of it, pages that nobody needs any more."""

from __future__ import annotations

from dataclasses import replace

from server.dispatch import cancel
from server.engine.work import Work
from server.requests import Ending
from server.rules.facts import Incident
from server.rules.fatigue import IN_FUN, recent
from server.rules.incidents import Event, Outcome, State, move
from server.rules.journal import Action
from server.rules.pages import Wish, wish


def close(
    work: Work,
    incident: Incident,
    event: Event,
    ending: Ending,
    account: int | None = None,
    tablet: str | None = None,
) -> Incident:
    changed = replace(
        incident,
        state=move(incident.state, event),
        closed_at=work.now,
        closed_by_id=account,
        outcome=ending.outcome.value,
        due_at=None,
        cause_id=ending.cause,
        apology=ending.apology,
        remedy=ending.remedy.value if ending.remedy is not None else None,
        cost_cents=ending.cost_cents,
    )
    work.put_incident(changed)
    work.say(
        Action.CLOSED,
        changed,
        account=account,
        old=incident.state,
        new=changed.outcome,
        cause=changed.cause_id,
        apology=changed.apology,
        remedy=changed.remedy,
        cost_cents=changed.cost_cents,
        tablet=tablet,
    )
    if event is not Event.UNDO:
        _remember(work, changed)
    take_back_pages(work, changed)
    return changed


def close_by_itself(work: Work, incident: Incident, event: Event, outcome: Outcome) -> Incident:
    """Nobody said anything about it."""
    return close(work, incident, event, Ending(outcome))


def was_undone(incident: Incident) -> bool:
    """Closed by the customer, who took the press back."""
    by_itself = incident.state is State.CLOSED and incident.closed_by_id is None
    return by_itself and incident.outcome == Outcome.FALSE_PRESS.value


def take_back_pages(work: Work, incident: Incident) -> None:
    """Ask the gateways to drop what is not on the air yet; their results say what really became of it."""
    for page in work.picture.pages_for(incident.id):
        if not page.state.is_final and wish(page, incident) is Wish.CANCEL:
            work.others.append((page.store_id, cancel(page, incident.state.value)))


def _remember(work: Work, incident: Incident) -> None:
    """For the next press here: whether it comes `again`, whether this button is pressed in fun, and for a while
    what a customer may still confirm."""
    picture = work.picture
    place = (incident.store_id, incident.device, incident.input)
    assert incident.closed_at is not None
    if not incident.quiet:
        picture.note(picture.closed_at, (place, incident.purpose), incident.closed_at, work.undo)
    if incident.outcome in IN_FUN and incident.closed_by_id is not None and not incident.quiet:
        closes = (*recent(picture.false_presses.get(place, ()), work.now), incident.closed_at)
        picture.note(picture.false_presses, place, closes, work.undo)
    if incident.outcome == Outcome.RECOVERED.value and incident.zone_id is not None and not incident.quiet:
        key = (incident.store_id, incident.zone_id)
        kept = (*picture.contacts.get(key, ())[-9:], incident)
        picture.note(picture.contacts, key, kept, work.undo)
