"""What the board says: facts, the moment and a language in, a frozen view model out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db.board import BoardFacts, ClosedIncident
from server.db.open_incidents import OpenIncident
from server.rules.incidents import SAID_BY_STAFF, State
from server.rules.recovered import rates
from server.rules.rights import Right
from server.web.board.devices import DeviceLine, device_lines
from server.web.board.recovered import recovered_words
from server.web.board.tiles import Tile, tiles
from server.web.board.words import called_line, joined, short_name, shown_name, tags
from server.web.frame import names
from server.web.frame.words import Words, minutes
from server.web.readiness.mark import Mark

MANY = 4
"""More waiting than this, and cards shrink to one line."""


@dataclass(frozen=True, slots=True)
class Card:
    """One open incident. `since` and `until` are seconds of the epoch: the page counts by itself."""

    key: str
    number: int
    url: str
    place: str
    tags: tuple[str, ...]
    line: str
    since: float
    time: str
    mood: str
    """`waiting`, `late`, `coming` or `there`."""
    exit_until: float | None = None
    exit_time: str = ""
    exit_over: bool = False
    bar_from: float = 0.0
    bar_length: float = 0.0
    bar_value: float = 0.0
    bar_word: str = ""
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class ClosedLine:
    key: str
    url: str
    place: str
    mood: str
    outcome: str
    confirmed: bool
    """By the customer's own green press as well."""
    cause: str
    who: str
    took: str
    at: str


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Board:
    at: float
    """The server's clock, seconds of the epoch."""
    at_words: str
    url: str
    wall: bool
    answers: bool
    """Whoever looks may do something about a call."""
    devices_url: str
    """Empty: not for whoever looks."""
    tiles: tuple[Tile, ...]
    waiting: tuple[Card, ...]
    coming: tuple[Card, ...]
    there: tuple[Card, ...]
    closed: tuple[ClosedLine, ...]
    closed_count: int
    recovered: tuple[str, ...]
    """Two rates that are never mixed: by the staff's word, and by the customers' own."""
    devices: tuple[DeviceLine, ...]
    ready: Mark | None
    """Whether everything works, by the engine's last look."""
    shout: str | None
    """Said over everything else: somebody waits and nobody could be called."""
    shout_note: str
    """Whether at least the fallback group rang."""
    many: bool
    outcomes: tuple[Choice, ...]
    summary: str
    """For people who hear the screen."""
    ringing: tuple[int, ...]
    """Numbers that wait; a new one sounds."""


def board(
    facts: BoardFacts,
    usual: int | None,
    now: datetime,
    t: Words,
    *,
    url: str,
    may: frozenset[Right],
    wall: bool = False,
    ready: Mark | None = None,
) -> Board:
    """`may`: whoever looks; a wall may nothing. `usual`: presses by this hour of such a weekday, None when nobody
    knows."""
    waiting, coming, there = by_state(facts.open)
    lost = [incident for incident in waiting if incident.nobody_at is not None]
    lost_places = dict.fromkeys(incident.place for incident in lost)
    return Board(
        at=now.timestamp(),
        at_words=t.clock(now),
        url=url,
        wall=wall,
        answers=Right.ANSWER in may and not wall,
        devices_url=f"{url}/devices" if Right.SEE_DEVICES in may and not wall else "",
        tiles=tiles(facts, len(waiting), len(coming) + len(there), usual, t),
        waiting=tuple(card(incident, now, t, url, wall) for incident in waiting),
        coming=tuple(card(incident, now, t, url, wall) for incident in coming),
        there=tuple(card(incident, now, t, url, wall) for incident in there),
        closed=tuple(_closed(incident, t, url, wall) for incident in facts.closed),
        closed_count=facts.closed_count,
        recovered=recovered_words(
            rates((one.outcome, one.confirmed) for one in facts.answers if not one.open), t
        ),
        devices=device_lines(facts.devices, facts.transmitters, facts.pagers, t),
        ready=ready,
        shout=t.gettext("Nobody could be called: %(places)s", places=", ".join(lost_places))
        if lost
        else None,
        shout_note=_shout_note(lost, t) if lost else "",
        many=len(waiting) > MANY,
        outcomes=tuple(Choice(said.value, names.outcome(said, t)) for said in SAID_BY_STAFF),
        summary=t.ngettext("%(n)s customer is waiting", "%(n)s customers are waiting", len(waiting))
        if waiting
        else t.gettext("Nobody is waiting"),
        ringing=tuple(incident.number for incident in waiting),
    )


def by_state(
    found: Sequence[OpenIncident],
) -> tuple[list[OpenIncident], list[OpenIncident], list[OpenIncident]]:
    """Who waits, where somebody is on the way, where somebody is with the customer."""
    waiting = [incident for incident in found if incident.state == State.TRIGGERED]
    coming = [incident for incident in found if incident.state == State.ACKNOWLEDGED]
    there = [incident for incident in found if incident.state == State.ATTENDED]
    return waiting, coming, there


def card(incident: OpenIncident, now: datetime, t: Words, url: str, wall: bool) -> Card:
    made = {State.TRIGGERED: _waiting, State.ACKNOWLEDGED: _coming}.get(State(incident.state), _there)
    return made(incident, now, t, url, wall)


def _shout_note(lost: list[OpenIncident], t: Words) -> str:
    rang = [any(call.reason == "fallback" for call in incident.calls) for incident in lost]
    if all(rang):
        return t.gettext("The fallback group rang. Please go.")
    return t.gettext("No pager rang at all. Please go.")


def _waiting(incident: OpenIncident, now: datetime, t: Words, url: str, wall: bool) -> Card:
    late = now >= incident.exit_at
    started = max((call.created_at for call in incident.calls), default=incident.triggered_at)
    started = max(started, incident.triggered_at)
    length = (incident.due_at - started).total_seconds() if incident.due_at else 0.0
    left = (incident.exit_at - now).total_seconds()
    return Card(
        key=f"i{incident.number}",
        number=incident.number,
        url=f"{url}/incidents/{incident.number}",
        place=incident.place,
        tags=tags(incident, t, wall=wall),
        line=called_line(incident, t),
        since=incident.opened_at.timestamp(),
        time=_since(incident.opened_at, now),
        mood="late" if late or incident.nobody_at else "waiting",
        exit_until=incident.exit_at.timestamp(),
        exit_time=minutes(abs(left)),
        exit_over=late,
        bar_from=started.timestamp(),
        bar_length=max(length, 0.0),
        bar_value=min(max((now - started).total_seconds(), 0.0), length) if length > 0 else 0.0,
        bar_word=t.gettext("Until the next call"),
        nobody=incident.nobody_at is not None,
    )


def _coming(incident: OpenIncident, now: datetime, t: Words, url: str, wall: bool) -> Card:
    return Card(
        key=f"i{incident.number}",
        number=incident.number,
        url=f"{url}/incidents/{incident.number}",
        place=incident.place,
        tags=tags(incident, t, wall=wall),
        line=joined(shown_name(incident.acknowledged_by, wall), t.gettext("on the way")),
        since=incident.opened_at.timestamp(),
        time=_since(incident.opened_at, now),
        mood="coming",
        exit_until=incident.exit_at.timestamp(),
        exit_time=minutes(abs((incident.exit_at - now).total_seconds())),
        exit_over=now >= incident.exit_at,
    )


def _there(incident: OpenIncident, now: datetime, t: Words, url: str, wall: bool) -> Card:
    began = incident.attended_at or incident.opened_at
    return Card(
        key=f"i{incident.number}",
        number=incident.number,
        url=f"{url}/incidents/{incident.number}",
        place=incident.place,
        tags=tags(incident, t, wall=wall),
        line=joined(
            shown_name(incident.attended_by or incident.acknowledged_by, wall), t.gettext("with the customer")
        ),
        since=began.timestamp(),
        time=_since(began, now),
        mood="there",
    )


def _closed(incident: ClosedIncident, t: Words, url: str, wall: bool) -> ClosedLine:
    answered = incident.answered_at
    return ClosedLine(
        key=f"c{incident.number}",
        url=f"{url}/incidents/{incident.number}",
        place=incident.place,
        mood=names.mood(State.CLOSED, incident.outcome),
        outcome=names.outcome(incident.outcome, t),
        confirmed=incident.confirmed,
        cause=names.cause(incident.cause.code, incident.cause.name, t) if incident.cause else "",
        who=short_name(incident.closed_by, wall),
        at=t.clock(incident.closed_at),
        took=minutes((answered - incident.opened_at).total_seconds()) if answered else "\u2013",
    )


def _since(began: datetime, now: datetime) -> str:
    return minutes((now - began).total_seconds())
