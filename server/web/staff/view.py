"""The phone in words: my calls with one big action each, what else is going on, whether I count as here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.db.open_incidents import OpenIncident
from server.rules.incidents import State
from server.rules.roster import Standing
from server.web.board.words import called_line, tags
from server.web.frame import names
from server.web.frame.words import Words, minutes
from server.web.staff.mine import needs_me, owner_of
from server.web.staff.standing import standing_words


@dataclass(frozen=True, slots=True)
class Mine:
    """One call of mine. Moments are seconds of the epoch: the page counts by itself."""

    key: str
    number: int
    url: str
    place: str
    tags: tuple[str, ...]
    line: str
    mood: str
    """`waiting`, `late`, `coming`, `there` or `help`."""
    since: float
    time: str
    exit_until: float | None
    exit_time: str
    exit_over: bool
    big: str
    """The one thing to do next: `acknowledge`, `arrive`, `close`, `false-press` (ends a drill), or nothing."""
    small: tuple[str, ...]
    """What else can be done: `pass`, `help`, `false-press`."""


@dataclass(frozen=True, slots=True)
class Other:
    key: str
    url: str
    place: str
    line: str
    mood: str
    since: float
    time: str


@dataclass(frozen=True, slots=True)
class Phone:
    at: float
    at_words: str
    url: str
    here: bool
    standing: str
    """Why I count as here or not; empty for somebody without a pager in this store."""
    wears: bool
    mine: tuple[Mine, ...]
    others: tuple[Other, ...]
    summary: str
    ringing: frozenset[int]


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What one person may see; two equal ones make the same screen."""

    mine: tuple[OpenIncident, ...]
    others: tuple[OpenIncident, ...]
    standing: Standing | None
    carrier: int | None


def phone(facts: PhoneFacts, now: datetime, t: Words, *, url: str) -> Phone:
    cards = tuple(_mine(one, facts.carrier, now, t, url) for one in facts.mine)
    waiting = [card for card in cards if card.big == "acknowledge"]
    return Phone(
        at=now.timestamp(),
        at_words=t.clock(now),
        url=url,
        here=facts.standing is not None and facts.standing.present,
        standing=standing_words(facts.standing, t),
        wears=facts.carrier is not None,
        mine=cards,
        others=tuple(_other(one, now, t, url) for one in facts.others),
        summary=t.ngettext("%(n)s call for you", "%(n)s calls for you", len(cards))
        if cards
        else t.gettext("No call for you"),
        ringing=frozenset(card.number for card in waiting),
    )


def _mine(incident: OpenIncident, carrier: int | None, now: datetime, t: Words, url: str) -> Mine:
    waits = incident.state == State.TRIGGERED
    helping = owner_of(incident) is not None and needs_me(incident, carrier)
    late = waits and (now >= incident.exit_at or incident.nobody_at is not None)
    began = (incident.attended_at if incident.state == State.ATTENDED else None) or incident.opened_at
    shows_exit = incident.state != State.ATTENDED
    if helping:
        line, mood = _helping(incident, t), "help"
    elif waits:
        line, mood = called_line(incident, t), "late" if late else "waiting"
    else:
        line, mood = _state(incident, t), "there" if incident.state == State.ATTENDED else "coming"
    return Mine(
        key=f"i{incident.number}",
        number=incident.number,
        url=f"{url}/incidents/{incident.number}",
        place=incident.place,
        tags=tags(incident, t, wall=False),
        line=line,
        mood=mood,
        since=began.timestamp(),
        time=minutes((now - began).total_seconds()),
        exit_until=incident.exit_at.timestamp() if shows_exit else None,
        exit_time=minutes(abs((incident.exit_at - now).total_seconds())),
        exit_over=now >= incident.exit_at,
        big="" if helping else _big(incident),
        small=() if helping else _small(incident),
    )


def _big(incident: OpenIncident) -> str:
    if incident.state == State.TRIGGERED:
        return "acknowledge"
    if incident.state == State.ACKNOWLEDGED:
        return "arrive"
    return "false-press" if incident.purpose == "drill" else "close"


def _small(incident: OpenIncident) -> tuple[str, ...]:
    found = []
    if incident.state != State.ATTENDED:
        found.append("pass")
    if incident.state != State.TRIGGERED:
        found.append("help")
    if incident.purpose != "drill":
        found.append("false-press")
    return tuple(found)


def _helping(incident: OpenIncident, t: Words) -> str:
    who = incident.attended_by or incident.acknowledged_by
    return t.gettext("%(name)s needs help", name=who.name) if who else t.gettext("help needed")


def _state(incident: OpenIncident, t: Words) -> str:
    return f"{incident.button}\u00a0\u00b7 {names.state(incident.state, t)}"


def _other(incident: OpenIncident, now: datetime, t: Words, url: str) -> Other:
    who = incident.attended_by or incident.acknowledged_by
    waits = incident.state == State.TRIGGERED
    mood = "waiting" if waits else "there" if incident.state == State.ATTENDED else "coming"
    state = names.state(incident.state, t)
    return Other(
        key=f"o{incident.number}",
        url=f"{url}/incidents/{incident.number}",
        place=incident.place,
        line=f"{who.name}\u00a0\u00b7 {state}" if who is not None and not waits else state,
        mood=mood,
        since=incident.opened_at.timestamp(),
        time=minutes((now - incident.opened_at).total_seconds()),
    )
