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

__all__ = ["Asked", "Doing", "Felt", "People", "PeopleEvent", "Switched", "Verb", "choose"]


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


PeopleEvent: TypeAlias = Felt | Switched | Asked
Told = Callable[[str, Doing, str], None]
"""login, what the person is at now, where."""

REACT_S = (2.0, 7.0)
HESITATE_S = (2.0, 6.0)
WALK_S = (5.0, 18.0)
HELP_S = (4.0, 9.0)
TALK_S = (10.0, 35.0)
RETRY_S = 3.0
TRIES = 5


@dataclass(frozen=True, slots=True)
class _Step:
    """After so long, this request (None: forgotten), and what the person is at then."""

    span: tuple[float, float]
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
    ) -> None:
        self._api = api
        self._told = told
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

    def _asked(self, event: Asked, now: float) -> None:
        person = self._people.get(event.login)
        if person is None or person.incident is None or event.verb not in (Verb.PASS, Verb.HELP):
            return
        if not (person.todo and person.todo[0].verb is event.verb):
            then = Doing.PASSED if event.verb is Verb.PASS else Doing.ASKED_HELP
            person.todo.insert(0, _Step((0.0, 0.0), event.verb, then))
        person.due = now

    def _feel(self, person: _Person, text: str, now: float) -> None:
        if person.due is not None:
            person.again = text
        elif person.die() >= person.habits.overhears:
            person.text = text
            self._become(person, Doing.READING, now + between(REACT_S, person.die()))

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
            if person.tries > TRIES:
                self._rest(person, Doing.UNREACHABLE)
            else:
                person.due = now + RETRY_S

    def _next(self, person: _Person, now: float) -> None:
        if person.incident is None:
            self._acknowledge(person, now)
            return
        step = person.todo[0]
        done = self._say(person, person.incident.number, step.verb)
        if step.verb is Verb.PASS and done:
            self._passed(person, now)
        elif step.verb is Verb.CLOSE or (step.verb is Verb.ARRIVE and not done):
            self._done(person, now)
        else:  # nobody to pass it to, nobody to help: then go on alone
            person.todo.pop(0)
            doing = step.then if done else person.doing
            self._become(person, doing, now + between(person.todo[0].span, person.die()))

    def _say(self, person: _Person, number: int, verb: Verb | None) -> bool:
        if verb is None:
            return True
        if verb is Verb.PASS:
            return self._api.act(person.login, number, verb, None, {"to": None})
        if verb is not Verb.CLOSE:
            return self._api.act(person.login, number, verb)
        closing = person.closing = person.closing or drawn_closing(person.die)
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
        person.incident, person.todo = chosen, _plan(person.habits, person.die)
        self._become(person, Doing.WALKING, now + between(person.todo[0].span, person.die()))

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


def _plan(habits: Habits, die: Die) -> list[_Step]:
    """What this person will do about a call that was just acknowledged."""
    found = []
    if die() < habits.passes:
        found.append(_Step(HESITATE_S, Verb.PASS, Doing.PASSED))
    found.append(_Step(WALK_S, None if die() < habits.forgets else Verb.ARRIVE, Doing.TALKING))
    if die() < habits.asks_help:
        found.append(_Step(HELP_S, Verb.HELP, Doing.ASKED_HELP))
    return [*found, _Step(TALK_S, Verb.CLOSE, Doing.IDLE)]


def choose(waiting: Sequence[OpenIncident], text: str) -> OpenIncident | None:
    """The incident that the pager's text names; else the one that waits longest."""
    folded = text.casefold()
    named = [one for one in waiting if _names(folded, one.button) or _names(folded, one.zone)]
    return min(named or waiting, key=lambda one: one.number, default=None)


def _names(folded: str, place: str) -> bool:
    """A short display may cut a place: its first six letters are enough."""
    return bool(place) and place.casefold()[:6] in folded
