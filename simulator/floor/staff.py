"""The people of the shop as the floor handles them: whatever is done goes to their own thread."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from broker_config.loop import Loop
from simulator.config import SimulateSettings
from simulator.floor.staff_api import HttpStaffApi
from simulator.habits import Die
from simulator.people import Asked, Away, ClosedTold, People, PeopleEvent, Switched, Told
from simulator.staff import StaffApi, Verb


@dataclass(frozen=True, slots=True)
class FloorStaff:
    """Implements `controls.Staff`."""

    logins: frozenset[str]
    put: Callable[[PeopleEvent], None]

    def switch(self, on: bool) -> None:
        self.put(Switched(on))

    def ask(self, login: str, verb: Verb) -> None:
        self._know(login)
        self.put(Asked(login, verb))

    def away(self, login: str, away: bool) -> None:
        self._know(login)
        self.put(Away(login, away))

    def _know(self, login: str) -> None:
        if login not in self.logins:
            raise KeyError(login)


def make_people(
    settings: SimulateSettings,
    api: StaffApi | None,
    told: Told,
    closed: ClosedTold,
    clock: Callable[[], float],
) -> Loop[PeopleEvent] | None:
    """Everybody who wears a pager, or nobody. `api` None: the server's own, with everybody's password."""
    if not settings.people:
        return None
    if api is None:
        passwords = {person.login: person.password.get_secret_value() for person in settings.people}
        api = HttpStaffApi(settings.api_url, settings.store, passwords)
    wearers = {person.pager: person.login for person in settings.people}
    people = People(wearers, api, _dice(settings.seed), told)
    people.closed = closed
    return Loop(people, clock)


def _dice(seed: int) -> Callable[[str], Die]:
    """One stream per person, so that one more colleague does not reshuffle the others."""
    return lambda login: random.Random(f"{seed} {login}").random  # noqa: S311
