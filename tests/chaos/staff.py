"""People who answer calls by the public HTTP API, as fast as calls come, each in one of the ways that people have."""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

from simulator.floor.staff_api import HttpStaffApi
from simulator.staff import NotLetIn, NotTaken, OpenIncident, ServerSilent, Verb
from tests.chaos.shop import COLLEAGUE
from tests.live.whole_shop import LOGIN

EVERY_S = 1.0
OUTCOMES = ("recovered", "not_recovered", "left_before_contact")
NEXT = {
    "triggered": (Verb.ACKNOWLEDGE, Verb.ACKNOWLEDGE, Verb.ACKNOWLEDGE, Verb.ARRIVE, Verb.CLOSE, Verb.PASS),
    "acknowledged": (Verb.ARRIVE, Verb.ARRIVE, Verb.CLOSE, Verb.PASS, Verb.HELP),
    "attended": (Verb.CLOSE, Verb.CLOSE, Verb.HELP),
}
LEFT = 0.1
"""So many calls nobody ever goes to."""


class Staff:
    """One thread: it asks for open calls once a second, and does `per_second` things with them."""

    def __init__(self, api: HttpStaffApi, random: Random, per_second: float) -> None:
        self._api, self._random, self._per_second = api, random, per_second
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="staff", daemon=True)
        self.done: Counter[str] = Counter()
        self.silent = 0
        self._left: dict[int, bool] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(30)

    def close_all(self) -> int:
        """After `stop`: every call gets its end. Gives how many are still open, for whatever reason."""
        try:
            for one in self._api.open_incidents(LOGIN):
                self._act(one, Verb.CLOSE)
            return len(self._api.open_incidents(LOGIN))
        except ServerSilent:
            return 1

    def _run(self) -> None:
        owed = 0.0
        while not self._over.wait(EVERY_S):
            owed = min(owed + EVERY_S * self._per_second, 3 * self._per_second)
            try:
                waiting = [one for one in self._api.open_incidents(LOGIN) if not self._is_left(one.number)]
                self._random.shuffle(waiting)
                while waiting and owed >= 1.0 and not self._over.is_set():
                    one = waiting.pop()
                    self._act(one, self._random.choice(NEXT[one.state]))
                    owed -= 1.0
            except ServerSilent:
                self.silent += 1

    def _is_left(self, number: int) -> bool:
        return self._left.setdefault(number, self._random.random() < LEFT)

    def _act(self, one: OpenIncident, verb: Verb) -> None:
        login = self._random.choice((LOGIN, LOGIN, COLLEAGUE))
        outcome = self._random.choice(OUTCOMES) if verb is Verb.CLOSE else None
        more = {"to": None} if verb is Verb.PASS else None
        try:
            done = self._api.act(login, one.number, verb, outcome, more)
        except (NotTaken, NotLetIn) as error:
            self.done[f"{verb}: {error}"] += 1
        else:
            self.done[verb.value if done else "refused"] += 1
