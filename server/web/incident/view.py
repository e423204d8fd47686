"""One incident in words: the facts on top, the hops with their times, the timeline, what can be done now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db.incidents import Whole
from server.db.tables import Page
from server.rules.incidents import MOVES, SAID_BY_STAFF, Event, State
from server.web.frame import names
from server.web.frame.words import Words, minutes
from server.web.incident.timeline import Entry, entries


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Hop:
    """One stretch of the way, and how long it took; `word` is said under it."""

    label: str
    took: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


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
    since: float | None
    """Counts in the page while the incident is open."""
    time: str
    at: float
    facts: tuple[Fact, ...]
    hops: tuple[Hop, ...]
    latency: str | None
    timeline: tuple[Entry, ...]
    may_acknowledge: bool
    may_arrive: bool
    may_close: bool
    outcomes: tuple[Choice, ...]


def incident_view(whole: Whole, now: datetime, t: Words, *, url: str) -> IncidentView:
    incident = whole.listed.incident
    place = whole.listed.zone or incident.device
    state = State(incident.state)
    is_open = state is not State.CLOSED
    answered = incident.acknowledged_at or incident.attended_at
    waited = ((answered or incident.closed_at or now) - incident.opened_at).total_seconds()
    return IncidentView(
        number=incident.number,
        url=f"{url}/incidents/{incident.number}",
        place=place,
        title=t.gettext("Call %(number)s", number=incident.number),
        state=names.outcome(incident.outcome, t) or names.state(state, t),
        mood=names.mood(state, incident.outcome),
        purpose=None if incident.purpose == "call" else names.purpose(incident.purpose, t),
        since=incident.opened_at.timestamp() if is_open and answered is None else None,
        time=minutes(waited),
        at=now.timestamp(),
        facts=_facts(whole, t),
        hops=_hops(whole, t),
        latency=_latency(whole, t),
        timeline=entries(whole, t),
        may_acknowledge=(state, Event.ACKNOWLEDGE) in MOVES,
        may_arrive=(state, Event.ARRIVE) in MOVES,
        may_close=(state, Event.CLOSE) in MOVES,
        outcomes=tuple(Choice(said.value, names.outcome(said, t)) for said in SAID_BY_STAFF),
    )


def _facts(whole: Whole, t: Words) -> tuple[Fact, ...]:
    incident = whole.listed.incident

    def by(account: int | None, moment: datetime | None, how: str = "") -> str:
        parts = [whole.names.get(account or 0, ""), how, t.clock_s(moment) if moment else ""]
        return " \u00b7 ".join(part for part in parts if part)

    facts = [
        Fact(t.gettext("Pressed"), f"{t.day_short(incident.opened_at)} {t.clock_s(incident.opened_at)}"),
        Fact(t.gettext("Button"), whole.listed.button or f"{incident.device}/{incident.input}"),
        Fact(t.gettext("Presses"), t.number(incident.presses)),
        Fact(
            t.gettext("Exit clock"),
            t.gettext("ran out at %(time)s", time=t.clock_s(incident.exit_at))
            if incident.sorry_at
            else t.gettext("until %(time)s", time=t.clock_s(incident.exit_at)),
        ),
    ]
    if incident.again:
        facts.append(Fact(t.gettext("Again"), t.gettext("soon after the last call here was closed")))
    if incident.acknowledged_at:
        facts.append(Fact(t.gettext("Going"), by(incident.acknowledged_by_id, incident.acknowledged_at)))
    if incident.attended_at:
        how = t.gettext("by key at the button") if incident.attended_how == "key" else ""
        facts.append(
            Fact(t.gettext("With the customer"), by(incident.attended_by_id, incident.attended_at, how))
        )
    if incident.closed_at:
        facts.append(Fact(t.gettext("Closed"), by(incident.closed_by_id, incident.closed_at)))
    return tuple(facts)


def _first_sent(whole: Whole) -> Page | None:
    """The page that came first to what its transmitter proved."""
    sent = [page for page, _ in whole.pages if page.final_at and page.state in ("transmitted", "confirmed")]
    return min(sent, key=lambda page: page.final_at or page.created_at, default=None)


def _latency(whole: Whole, t: Words) -> str | None:
    page = _first_sent(whole)
    if page is None or page.final_at is None:
        return None
    took = t.seconds(max((page.final_at - whole.listed.incident.opened_at).total_seconds(), 0.0))
    return t.gettext(
        "From the press to \u201c%(state)s\u201d: %(took)s",
        state=names.page_state(page.state, page.proof, t),
        took=took,
    )


def _hops(whole: Whole, t: Words) -> tuple[Hop, ...]:
    incident, page = whole.listed.incident, _first_sent(whole)
    first = next((press for press in whole.presses if press.id == incident.press_id), None)
    hops: list[Hop] = []
    at = incident.opened_at
    if first is not None:
        note = t.gettext("at least: the button's clock is unknown") if not first.age_known else ""
        hops.append(_hop(t.gettext("Button to server"), at, first.received_at, t, note))
        at = first.received_at
    if page is not None:
        stages: Sequence[tuple[str, datetime | None]] = (
            (t.gettext("Server to order"), page.ordered_at),
            (t.gettext("Order to gateway"), page.held_at),
            (t.gettext("Gateway to transmitter"), page.final_at),
        )
        for label, until in stages:
            if until is not None:
                note = ""
                if until is page.final_at and page.tx_ms is not None:
                    note = t.gettext("first byte after %(took)s", took=t.seconds(page.tx_ms / 1000))
                hops.append(_hop(label, at, until, t, note))
                at = until
    for label, moment in (
        (t.gettext("Until somebody went"), incident.acknowledged_at),
        (t.gettext("Until with the customer"), incident.attended_at),
        (t.gettext("Until closed"), incident.closed_at),
    ):
        if moment is not None:
            hops.append(_hop(label, at, moment, t, ""))
            at = moment
    return tuple(hops)


def _hop(label: str, since: datetime, until: datetime, t: Words, note: str) -> Hop:
    return Hop(label, t.seconds(max((until - since).total_seconds(), 0.0)), note)
