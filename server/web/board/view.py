"""What the board says: facts, the moment and a language in, a frozen view model out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.db.board import BoardFacts, ClosedIncident
from server.db.open_incidents import OpenIncident
from server.db.places import Person
from server.rules.incidents import SAID_BY_STAFF, State
from server.web.board.devices import DeviceLine, device_lines
from server.web.board.tiles import Tile, tiles
from server.web.frame import names
from server.web.frame.words import Words, minutes

MANY = 4
"""More waiting than this, and cards shrink to one line."""
NAMED = 4
"""So many of the called are named on a card."""


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
    tiles: tuple[Tile, ...]
    waiting: tuple[Card, ...]
    coming: tuple[Card, ...]
    there: tuple[Card, ...]
    closed: tuple[ClosedLine, ...]
    closed_count: int
    devices: tuple[DeviceLine, ...]
    shout: str | None
    """Said over everything else: somebody waits and nobody could be called."""
    many: bool
    outcomes: tuple[Choice, ...]
    summary: str
    """For people who hear the screen."""
    ringing: tuple[int, ...]
    """Numbers that wait; a new one sounds."""


def board(
    facts: BoardFacts, usual: int | None, now: datetime, t: Words, *, url: str, wall: bool = False
) -> Board:
    """`usual`: presses by this hour of such a weekday, None when nobody knows."""
    waiting = [incident for incident in facts.open if incident.state == State.TRIGGERED]
    coming = [incident for incident in facts.open if incident.state == State.ACKNOWLEDGED]
    there = [incident for incident in facts.open if incident.state == State.ATTENDED]
    lost = [incident.place for incident in waiting if incident.nobody_at is not None]
    return Board(
        at=now.timestamp(),
        at_words=t.clock(now),
        url=url,
        wall=wall,
        tiles=tiles(facts, len(waiting), len(coming) + len(there), usual, t),
        waiting=tuple(_waiting(incident, now, t, url) for incident in waiting),
        coming=tuple(_coming(incident, now, t, url, wall) for incident in coming),
        there=tuple(_there(incident, now, t, url, wall) for incident in there),
        closed=tuple(_closed(incident, t, url, wall) for incident in facts.closed),
        closed_count=facts.closed_count,
        devices=device_lines(facts.devices, facts.transmitters, facts.pagers, t),
        shout=t.gettext("Nobody could be called: %(places)s", places=", ".join(lost)) if lost else None,
        many=len(waiting) > MANY,
        outcomes=tuple(Choice(said.value, names.outcome(said, t)) for said in SAID_BY_STAFF),
        summary=t.ngettext("%(n)s customer is waiting", "%(n)s customers are waiting", len(waiting))
        if waiting
        else t.gettext("Nobody is waiting"),
        ringing=tuple(incident.number for incident in waiting),
    )


def _waiting(incident: OpenIncident, now: datetime, t: Words, url: str) -> Card:
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
        tags=_tags(incident, t),
        line=_called(incident, t),
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
        tags=_tags(incident, t),
        line=_words(_who(incident.acknowledged_by, wall), t.gettext("on the way")),
        since=incident.opened_at.timestamp(),
        time=_since(incident.opened_at, now),
        mood="coming",
    )


def _there(incident: OpenIncident, now: datetime, t: Words, url: str, wall: bool) -> Card:
    began = incident.attended_at or incident.opened_at
    return Card(
        key=f"i{incident.number}",
        number=incident.number,
        url=f"{url}/incidents/{incident.number}",
        place=incident.place,
        tags=_tags(incident, t),
        line=_words(
            _who(incident.attended_by or incident.acknowledged_by, wall), t.gettext("with the customer")
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
        who=_short(incident.closed_by, wall),
        at=t.clock(incident.closed_at),
        took=minutes((answered - incident.opened_at).total_seconds()) if answered else "\u2013",
    )


def _tags(incident: OpenIncident, t: Words) -> tuple[str, ...]:
    tags = []
    if incident.purpose != "call":
        tags.append(names.purpose(incident.purpose, t))
    if incident.nobody_at is not None and incident.state == State.TRIGGERED:
        tags.append(t.gettext("nobody could be called"))
    elif incident.state == State.TRIGGERED:
        calls = incident.step + incident.repeats
        if calls >= 2:
            tags.append(
                {2: t.gettext("2nd call"), 3: t.gettext("3rd call")}.get(
                    calls, t.gettext("call %(number)s", number=calls)
                )
            )
    if incident.presses > 1:
        tags.append(t.ngettext("pressed %(n)s time", "pressed %(n)s times", incident.presses))
    if incident.again:
        tags.append(t.gettext("again here"))
    return tuple(tags)


def _called(incident: OpenIncident, t: Words) -> str:
    called = list(dict.fromkeys(call.to for call in incident.calls))
    if not called:
        return _words(incident.button, "" if incident.nobody_at else t.gettext("nobody called yet"))
    named = ", ".join(called[:NAMED])
    if len(called) > NAMED:
        named += " " + t.gettext("and %(number)s more", number=len(called) - NAMED)
    newest = max(call.created_at for call in incident.calls)
    last = [(call.state, call.proof) for call in incident.calls if call.created_at == newest]
    return _words(incident.button, named, names.furthest(last, t))


def _who(person: Person | None, wall: bool) -> str:
    if person is None:
        return ""
    return person.initials if wall else person.name


def _short(person: Person | None, wall: bool) -> str:
    """`Olga S.`: enough among colleagues, and it fits."""
    if person is None or wall:
        return _who(person, wall)
    first, *rest = person.name.split() or [""]
    return f"{first}\u00a0{rest[-1][0]}." if rest else first


def _words(*parts: str) -> str:
    return "\u00a0\u00b7 ".join(part for part in parts if part)


def _since(began: datetime, now: datetime) -> str:
    return minutes((now - began).total_seconds())
