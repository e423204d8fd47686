"""The customer's own word: a green press soon after the contact."""

from __future__ import annotations

from datetime import datetime, timedelta

from broker_config.messages import Purpose
from server.rules.facts import Incident
from server.rules.incidents import Outcome, State

SOON = timedelta(minutes=10)


def may_confirm(incident: Incident, pressed_at: datetime) -> bool:
    """Whether a green press of this place is about this incident: staff is with the customer, or said a short while
    ago that it is put right."""
    if incident.purpose is not Purpose.CALL or incident.quiet or incident.attended_at is None:
        return False
    if incident.confirmed_at is not None or pressed_at < incident.attended_at:
        return False
    if incident.state is State.ATTENDED:
        return pressed_at - incident.attended_at < SOON
    return (
        incident.state is State.CLOSED
        and incident.closed_at is not None
        and incident.outcome == Outcome.RECOVERED.value
        and pressed_at - incident.closed_at < SOON
    )
