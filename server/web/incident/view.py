"""One incident in words: the facts on top, the hops with their times, the timeline, what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker_config.messages import Purpose
from server.db.incidents import Whole
from server.rules.incidents import MOVES, Event, State
from server.web.frame import names
from server.web.frame.words import Words, minutes
from server.web.incident.called import Called, called
from server.web.incident.facts import Fact, ending, facts
from server.web.incident.hops import Hop, hops, latency
from server.web.incident.timeline import Entry, entries


@dataclass(frozen=True, slots=True)
class IncidentView:
    number: int
    url: str
    place: str
    title: str
    state: str
    mood: str
    purpose: str | None
    """None for an ordinary call."""
    drill: bool
    quiet: bool
    since: float | None
    """Counts in the page while the incident is open."""
    time: str
    at: float
    facts: tuple[Fact, ...]
    ending: tuple[Fact, ...]
    called: Called
    hops: tuple[Hop, ...]
    latency: str | None
    timeline: tuple[Entry, ...]
    may: frozenset[str]
    """What can be done now: `acknowledge`, `pass`, `help`, `arrive`, `close`."""


VERBS = {
    "acknowledge": Event.ACKNOWLEDGE,
    "pass": Event.PASS_ON,
    "arrive": Event.ARRIVE,
    "close": Event.CLOSE,
}


def incident_view(whole: Whole, now: datetime, t: Words, *, url: str, answers: bool) -> IncidentView:
    """`answers`: whoever looks may do something about it."""
    incident = whole.listed.incident
    state = State(incident.state)
    is_open = state is not State.CLOSED
    answered = incident.acknowledged_at or incident.attended_at
    waited = ((answered or incident.closed_at or now) - incident.opened_at).total_seconds()
    return IncidentView(
        number=incident.number,
        url=f"{url}/incidents/{incident.number}",
        place=whole.listed.zone or incident.device,
        title=t.gettext("Call %(number)s", number=incident.number),
        state=names.outcome(incident.outcome, t) or names.state(state, t),
        mood=names.mood(state, incident.outcome),
        purpose=None if incident.purpose == Purpose.CALL else names.purpose(incident.purpose, t),
        drill=incident.purpose == Purpose.DRILL,
        quiet=incident.quiet,
        since=incident.opened_at.timestamp() if is_open and answered is None else None,
        time=minutes(waited),
        at=now.timestamp(),
        facts=facts(whole, t),
        ending=ending(whole, t),
        called=called(whole, t),
        hops=hops(whole, t),
        latency=latency(whole, t),
        timeline=entries(whole, t),
        may=may(state) if answers else frozenset(),
    )


def may(state: State) -> frozenset[str]:
    """By the table of moves. Help is asked for by somebody who deals with it already."""
    found = {verb for verb, event in VERBS.items() if (state, event) in MOVES}
    if state in (State.ACKNOWLEDGED, State.ATTENDED):
        found.add("help")
    return frozenset(found)
