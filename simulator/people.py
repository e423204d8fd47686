"""Staff who act by themselves: a page on the wrist, a moment to read it, acknowledge, walk, arrive, close.

They know what a real person knows: the text on their pager, and what the server's public API shows them. The
core has no clock, randomness or I/O of its own: an API client, a die per person and `now` are handed in, so it
runs in virtual time too. One request per person is made where its moment comes, in the owner's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias


class Verb(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ARRIVE = "arrive"
    CLOSE = "close"


class Doing(StrEnum):
    """What a member of staff is at."""

    IDLE = "idle"
    READING = "reading"
    WALKING = "walking"
    TALKING = "talking"
    SIGNED_OUT = "signed_out"
    """The server did not let this person in."""
    UNREACHABLE = "unreachable"
    """The server did not answer."""


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """As much of an incident as a person needs to see."""

    number: int
    state: str
    zone: str = ""
    button: str = ""

    @property
    def place(self) -> str:
        return self.button or self.zone


class ServerSilent(Exception):
    """The server did not answer, or asked to come again later."""


class NotLetIn(Exception):
    """Login and password do not belong together."""


class StaffApi(Protocol):
    """The public API, signed in as one person each time. Raises ServerSilent and NotLetIn."""

    def open_incidents(self, login: str) -> Sequence[OpenIncident]: ...

    def act(self, login: str, number: int, verb: Verb, outcome: str | None = None) -> bool:
        """False: refused, since somebody else was faster or it is over."""


@dataclass(frozen=True, slots=True)
class Felt:
    """A page arrived on somebody's wrist."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Switched:
    """Whether staff act by themselves from now on. Off: everybody stops where they are."""

    on: bool


PeopleEvent: TypeAlias = Felt | Switched
Die = Callable[[], float]
"""0 up to 1."""
Told = Callable[[str, Doing, str], None]
"""login, what the person is at now, where."""

REACT_S = (2.0, 7.0)
WALK_S = (5.0, 18.0)
TALK_S = (10.0, 35.0)
RETRY_S = 3.0
TRIES = 5
OVERHEARS = 0.04
"""How often a person does not notice the pager at all; then the policy's next step must work."""
OUTCOMES = (
    (0.74, "recovered"),
    (0.10, "not_recovered"),
    (0.11, "left_before_contact"),
    (0.05, "false_press"),
)


@dataclass(slots=True)
class _Person:
    login: str
    die: Die
    doing: Doing = Doing.IDLE
    due: float | None = None
    text: str = ""
    incident: OpenIncident | None = None
    tries: int = 0
    again: str | None = None
    """A page felt while busy with another customer."""


class People:
    """A `broker_config.loop.Core`. `wearers`: address of a pager -> login of who wears it."""

    def __init__(
        self, wearers: Mapping[str, str], api: StaffApi, dice: Callable[[str], Die], told: Told
    ) -> None:
        self._api = api
        self._told = told
        self._people = {login: _Person(login, dice(login)) for login in wearers.values()}
        self._by_pager = {address: self._people[login] for address, login in wearers.items()}
        self.on = False

    def handle(self, events: Sequence[PeopleEvent], now: float) -> None:
        for event in events:
            if isinstance(event, Switched):
                self._switch(event.on)
            elif self.on and (person := self._by_pager.get(event.address)) is not None:
                self._feel(person, event.text, now)
        for person in self._people.values():
            if person.due is not None and now >= person.due:
                self._step(person, now)

    def due(self) -> float | None:
        return min((one.due for one in self._people.values() if one.due is not None), default=None)

    def _switch(self, on: bool) -> None:
        self.on = on
        if not on:
            for person in self._people.values():
                person.again = None
                self._rest(person)

    def _feel(self, person: _Person, text: str, now: float) -> None:
        if person.due is not None:
            person.again = text
        elif person.die() >= OVERHEARS:
            person.text = text
            self._become(person, Doing.READING, now + _between(REACT_S, person.die()))

    def _step(self, person: _Person, now: float) -> None:
        """One request to the server, and what follows from its answer."""
        try:
            self._next(person, now)
            person.tries = 0
        except NotLetIn:
            self._rest(person, Doing.SIGNED_OUT)
        except ServerSilent:
            person.tries += 1
            if person.tries > TRIES:
                self._rest(person, Doing.UNREACHABLE)
            else:
                person.due = now + RETRY_S

    def _next(self, person: _Person, now: float) -> None:
        if person.incident is None:
            self._acknowledge(person, now)
        elif person.doing is Doing.WALKING:
            if self._api.act(person.login, person.incident.number, Verb.ARRIVE):
                self._become(person, Doing.TALKING, now + _between(TALK_S, person.die()))
            else:
                self._done(person, now)
        else:
            outcome = _drawn(person.die())
            self._api.act(person.login, person.incident.number, Verb.CLOSE, outcome)
            self._done(person, now)

    def _acknowledge(self, person: _Person, now: float) -> None:
        waiting = [one for one in self._api.open_incidents(person.login) if one.state == "triggered"]
        chosen = choose(waiting, person.text)
        if chosen is None or not self._api.act(person.login, chosen.number, Verb.ACKNOWLEDGE):
            self._done(person, now)
            return
        person.incident = chosen
        self._become(person, Doing.WALKING, now + _between(WALK_S, person.die()))

    def _done(self, person: _Person, now: float) -> None:
        again, person.again = person.again, None
        self._rest(person)
        if again is not None:
            self._feel(person, again, now)

    def _rest(self, person: _Person, doing: Doing = Doing.IDLE) -> None:
        person.incident, person.text, person.tries = None, "", 0
        self._become(person, doing, None)

    def _become(self, person: _Person, doing: Doing, due: float | None) -> None:
        person.doing, person.due = doing, due
        self._told(person.login, doing, person.incident.place if person.incident else "")


def choose(waiting: Sequence[OpenIncident], text: str) -> OpenIncident | None:
    """The incident that the pager's text names; else the one that waits longest."""
    folded = text.casefold()
    named = [one for one in waiting if _names(folded, one.button) or _names(folded, one.zone)]
    return min(named or waiting, key=lambda one: one.number, default=None)


def _names(folded: str, place: str) -> bool:
    """A short display may cut a place: its first six letters are enough."""
    return bool(place) and place.casefold()[:6] in folded


def _between(span: tuple[float, float], drawn: float) -> float:
    return span[0] + (span[1] - span[0]) * drawn


def _drawn(drawn: float) -> str:
    for share, outcome in OUTCOMES:
        if drawn < share:
            return outcome
        drawn -= share
    return OUTCOMES[0][1]
