"""What a button may show, from what is known of its incidents: never more than that."""

from __future__ import annotations

from collections.abc import Iterable

from broker_config.messages import LightState, Purpose
from server.rules.facts import Incident
from server.rules.incidents import State


def light_of(incident: Incident) -> LightState:
    if incident.state is State.ACKNOWLEDGED:
        return LightState.COMING
    if incident.state is not State.TRIGGERED:
        return LightState.IDLE
    if incident.sorry_at is not None:
        return LightState.SORRY
    if incident.called_at is not None:
        return LightState.CALLED
    if incident.nobody_at is not None:
        return LightState.NOBODY
    return LightState.RECEIVED


def button_light(incidents: Iterable[Incident]) -> LightState:
    """A real call outshines a drill; among equals the newest speaks. A quiet call shows nothing."""
    open_ones = [one for one in incidents if one.state is not State.CLOSED and not one.quiet]
    if not open_ones:
        return LightState.IDLE
    return light_of(max(open_ones, key=lambda one: (one.purpose is Purpose.CALL, one.opened_at, one.number)))
