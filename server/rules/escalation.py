"""When something happens to an incident by itself: steps, repeats, exit clock, forgotten ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.rules.facts import Incident, Policy
from server.rules.incidents import State

ASK_TO_CLOSE = timedelta(minutes=20)
CLOSE_FORGOTTEN = timedelta(minutes=60)
GIVE_UP = timedelta(minutes=60)
"""Triggered for this long without anybody: closed as `unanswered`, so that it never swallows the next customer."""


def next_step_at(incident: Incident, step: int, policy: Policy, done_at: datetime) -> datetime:
    """When the step after `step` is due, given that this one was carried out at `done_at`.

    After the last step: the next repeat, or the moment of giving up."""
    if step < len(policy.steps):
        return done_at + timedelta(seconds=policy.steps[step].after_s)
    if incident.repeats < policy.repeats:
        return done_at + timedelta(seconds=policy.repeat_s)
    return incident.triggered_at + GIVE_UP


def exit_clock_due(incident: Incident, now: datetime) -> bool:
    """The customer is expected to be gone and nobody has even answered."""
    return incident.state is State.TRIGGERED and incident.sorry_at is None and incident.exit_at <= now


def wakes_at(incident: Incident) -> datetime | None:
    """The next moment at which the engine must look at this incident."""
    if incident.state is State.CLOSED:
        return None
    moments = [incident.due_at] if incident.due_at is not None else []
    if incident.state is State.TRIGGERED and incident.sorry_at is None:
        moments.append(incident.exit_at)
    return min(moments, default=None)
