"""Staff who act by themselves: a page on the wrist, a moment to read it, acknowledge, walk, arrive, close.

Some pass a call on, some ask for help, some forget to say that they are there: see `habits`. They know what a real
person knows: the text on their pager, and what the server's public API shows them. The core has no clock, randomness
or I/O of its own: an API client, a die per person and `now` are handed in, so it runs in virtual time too. One request
per person is made where its moment comes, in the owner's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from simulator.habits import Closing, Die, Habits, between, drawn_closing, drawn_habits
from simulator.staff import Doing, NotLetIn, NotTaken, OpenIncident, ServerSilent, StaffApi, Verb

__all__ = ["Asked", "Away", "Doing", "Felt", "People", "PeopleEvent", "Switched", "Verb", "choose"]


@dataclass(frozen=True, slots=True)
class Felt:
    """A page arrived on somebody's wrist."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Switched:
    """Whether staff act by themselves from now on. Off: everybody stops where they are."""

    on: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A visitor asks somebody who is at a call to pass it on or to ask for help."""

    login: str
    verb: Verb


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody takes the pager off and notices nothing, or is back. A call that was begun is left."""

    login: str
    away: bool


PeopleEvent: TypeAlias = Felt | Switched | Asked | Away
Told = Callable[[str, Doing, str], None]
"""login, what the person is at now, where."""
ClosedTold = Callable[[str, str, str], None]
"""login, where, and with which outcome a call was closed."""

RETRY_S = 3.0
TRIES = 5
LATER_S, LATER_TRIES = 20.0, 90
"""Whoever deals with a call says so when the server is back, and does not forget it for half an hour."""

Span: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds from and to. The defaults are quick: a visitor looks on."""

    react_s: Span = (2.0, 7.0)
    hesitate_s: Span = (2.0, 6.0)
    walk_s: Span = (5.0, 18.0)
    help_s: Span = (4.0, 9.0)
    talk_s: Span = (10.0, 35.0)


QUICK = Tempo()

Found: TypeAlias = Callable[[OpenIncident, Die], Closing]
"""What somebody who arrives finds there, so that it will end like this."""


def anything(_: OpenIncident, die: Die) -> Closing:
    return drawn_closing(die)


@dataclass(frozen=True, slots=True)
class _Step:
    """After so long, this request (None: forgotten), and what the person is at then."""

    span: Span
    verb: Verb | None
    then: Doing


@dataclass(slots=True)
class _Person:
    login: str
    die: Die
    habits: Habits
    doing: Doing = Doing.IDLE
    due: float | None = None
    text: str = ""
    incident: OpenIncident | None = None
    todo: list[_Step] = field(default_factory=list)
    closing: Closing | None = None
    tries: int = 0
    away: bool = False
    again: str | None = None
    """A page felt while busy with another customer."""


class People:
    """A `broker_config.loop.Core`. `wearers`: address of a pager -> login of who wears it."""

    def __init__(
        self,
        wearers: Mapping[str, str],
        api: StaffApi,
        dice: Callable[[str], Die],
        told: Told,
        habits: Callable[[Die], Habits] = drawn_habits,
        tempo: Tempo = QUICK,
        found: Found = anything,
    ) -> None:
        self._api = api
        self.closed: ClosedTold = lambda login, place, outcome: None
        """Called with every call that somebody closes."""
        self._told = told
        self._tempo = tempo
        self._found = found
        self._people: dict[str, _Person] = {}
        for login in dict.fromkeys(wearers.values()):
            die = dice(login)
            self._people[login] = _Person(login, die, habits(die))
        self._by_pager = {address: self._people[login] for address, login in wearers.items()}
        self.on = False

    def handle(self, events: Sequence[PeopleEvent], now: float) -> None:
        for event in events:
            if isinstance(event, Switched):
                self._switch(event.on)
            elif isinstance(event, Asked):
                self._asked(event, now)
            elif isinstance(event, Away):
                self._away(event)
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

    def _away(self, event: Away) -> None:
        person = self._people.get(event.login)
        if person is not None and person.away is not event.away:
            person.away, person.again = event.away, None
            self._rest(person)

    def _asked(self, event: Asked, now: float) -> None:
        person = self._people.get(event.login)
        if person is None or person.incident is None or event.verb not in (Verb.PASS, Verb.HELP):
            return
        if not (person.todo and person.todo[0].verb is event.verb):
            then = Doing.PASSED if event.verb is Verb.PASS else Doing.ASKED_HELP
            person.todo.insert(0, _Step((0.0, 0.0), event.verb, then))
        person.due = now

    def _feel(self, person: _Person, text: str, now: float) -> None:
        if person.away:
            return
        if person.due is not None:
            person.again = text
        elif person.die() >= person.habits.overhears:
            person.text = text
            self._become(person, Doing.READING, now + between(self._tempo.react_s, person.die()))

    def _step(self, person: _Person, now: float) -> None:
        """One request to the server, and what follows from its answer."""
        try:
            self._next(person, now)
            person.tries = 0
        except NotLetIn:
            self._rest(person, Doing.SIGNED_OUT)
        except NotTaken:
            self._done(person, now)
        except ServerSilent:
            person.tries += 1
            if person.tries <= TRIES:
                person.due = now + RETRY_S
            elif person.incident is not None and person.tries <= LATER_TRIES:
                person.due = now + LATER_S
            else:
                self._rest(person, Doing.UNREACHABLE)

    def _next(self, person: _Person, now: float) -> None:
        if person.incident is None:
            self._acknowledge(person, now)
            return
        step = person.todo[0]
        done = self._say(person, person.incident.number, step.verb)
        if step.verb is Verb.PASS and done:
            self._passed(person, now)
        elif step.verb is Verb.CLOSE or (step.verb is Verb.ARRIVE and not done):
            if step.verb is Verb.CLOSE and done and person.closing is not None:
                self.closed(person.login, person.incident.place, person.closing.outcome)
            self._done(person, now)
        else:  # nobody to pass it to, nobody to help: then go on alone
            person.todo.pop(0)
            doing = step.then if done else person.doing
            if step.verb in (Verb.ARRIVE, None):
                person.closing = self._found(person.incident, person.die)
            self._become(person, doing, now + self._takes(person))

    def _takes(self, person: _Person) -> float:
        """Seconds until the next step of somebody who is on the way or there."""
        step = person.todo[0]
        if step.verb is Verb.CLOSE and person.closing is not None and person.closing.talk_s is not None:
            return person.closing.talk_s
        return between(step.span, person.die())

    def _say(self, person: _Person, number: int, verb: Verb | None) -> bool:
        if verb is None:
            return True
        if verb is Verb.PASS:
            return self._api.act(person.login, number, verb, None, {"to": None})
        if verb is not Verb.CLOSE:
            return self._api.act(person.login, number, verb)
        assert person.closing is not None
        closing = person.closing
        try:
            return self._api.act(person.login, number, verb, closing.outcome, closing.more())
        except NotTaken:
            return self._api.act(person.login, number, verb, closing.outcome)

    def _acknowledge(self, person: _Person, now: float) -> None:
        waiting = [one for one in self._api.open_incidents(person.login) if one.state == "triggered"]
        chosen = choose(waiting, person.text)
        if chosen is None or not self._api.act(person.login, chosen.number, Verb.ACKNOWLEDGE):
            self._done(person, now)
            return
        person.incident, person.todo = chosen, _plan(person.habits, self._tempo, person.die)
        self._become(person, Doing.WALKING, now + self._takes(person))

    def _passed(self, person: _Person, now: float) -> None:
        place = person.incident.place if person.incident else ""
        self._rest(person, Doing.PASSED, place)
        self._felt_meanwhile(person, now)

    def _done(self, person: _Person, now: float) -> None:
        self._rest(person)
        self._felt_meanwhile(person, now)

    def _felt_meanwhile(self, person: _Person, now: float) -> None:
        again, person.again = person.again, None
        if again is not None:
            self._feel(person, again, now)

    def _rest(self, person: _Person, doing: Doing = Doing.IDLE, place: str = "") -> None:
        person.incident, person.closing, person.text, person.tries = None, None, "", 0
        person.todo.clear()
        self._become(person, doing, None, place)

    def _become(self, person: _Person, doing: Doing, due: float | None, place: str = "") -> None:
        person.doing, person.due = doing, due
        self._told(person.login, doing, person.incident.place if person.incident else place)


def _plan(habits: Habits, tempo: Tempo, die: Die) -> list[_Step]:
    """What this person will do about a call that was just acknowledged."""
    found = []
    if die() < habits.passes:
        found.append(_Step(tempo.hesitate_s, Verb.PASS, Doing.PASSED))
    found.append(_Step(tempo.walk_s, None if die() < habits.forgets else Verb.ARRIVE, Doing.TALKING))
    if die() < habits.asks_help:
        found.append(_Step(tempo.help_s, Verb.HELP, Doing.ASKED_HELP))
    return [*found, _Step(tempo.talk_s, Verb.CLOSE, Doing.IDLE)]


def choose(waiting: Sequence[OpenIncident], text: str) -> OpenIncident | None:
    """The incident that the pager's text names; else the one that waits longest."""
    folded = text.casefold()
    named = [one for one in waiting if _names(folded, one.button) or _names(folded, one.zone)]
    return min(named or waiting, key=lambda one: one.number, default=None)


def _names(folded: str, place: str) -> bool:
    """A short display may cut a place: its first six letters are enough."""
    return bool(place) and place.casefold()[:6] in folded
