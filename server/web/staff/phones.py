"""Loads and renders phones: the open calls are read once per ring for all of them, rendered where they changed."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.db.engine_store import read_store
from server.db.open_incidents import OpenIncident, open_incidents
from server.db.places import StoreFacts
from server.rules.incidents import State
from server.rules.roster import Standing, roster
from server.web.frame.access import Visitor
from server.web.frame.live import Key, Shown
from server.web.frame.screens import Screens
from server.web.frame.words import Words
from server.web.services import Services
from server.web.staff.mine import is_mine
from server.web.staff.view import Phone, PhoneFacts, phone

KEEP = timedelta(seconds=5)
"""So long what was read of a store serves every phone, as long as nothing rings."""
ROSTER_FOR = timedelta(seconds=15)
"""Who is here changes by the minute; a whole roster is not made for each ring."""
MOST_KEPT = 500
ORDER = {State.TRIGGERED: 0, State.ACKNOWLEDGED: 1, State.ATTENDED: 2}
"""What waits stands on top, under the thumb; among equals the oldest."""


@dataclass(frozen=True, slots=True)
class _Read:
    rings: int
    at: datetime
    open: tuple[OpenIncident, ...]


class Phones:
    def __init__(self, services: Services, screens: Screens) -> None:
        self._services = services
        self._screens = screens
        self._guard = threading.Lock()
        self._number = itertools.count(1)
        self._reads: dict[str, _Read] = {}
        self._rosters: dict[str, tuple[datetime, tuple[Standing, ...]]] = {}
        self._last: OrderedDict[Key, tuple[PhoneFacts, datetime, Shown]] = OrderedDict()

    def view(self, store: StoreFacts, visitor: Visitor, words: Words) -> Phone:
        """As it is now: what somebody just did is in it."""
        now = self._services.now()
        with self._services.db.reading() as session:
            found = open_incidents(session, store.id, quiet=None)
        facts = self._facts(found, self._roster(store.id, now), store.id, visitor)
        return phone(facts, now, words, url=f"/s/{store.id}")

    def shown(self, key: Key, store: StoreFacts, visitor: Visitor, language: str) -> Shown:
        """For the stream. The same facts keep their number, so nothing is sent for what concerns others."""
        now = self._services.now()
        with self._guard:
            found = self._open(store.id, now)
            standings = self._rosters_kept(store.id, now)
        facts = self._facts(found, standings, store.id, visitor)
        with self._guard:
            last = self._last.get(key)
        same = last is not None and last[0] == facts
        if last is not None and same and timedelta(0) <= now - last[1] < KEEP:
            return last[2]
        words = self._screens.words(language, store.timezone)
        view = phone(facts, now, words, url=f"/s/{store.id}")
        made = Shown(
            journal_id=0,
            html=self._screens.render("staff/partial.html", words, v=view),
            ringing=view.ringing,
            lost=frozenset(),
            number=last[2].number if last is not None and same else next(self._number),
        )
        with self._guard:
            self._last[key] = (facts, now, made)
            self._last.move_to_end(key)
            while len(self._last) > MOST_KEPT:
                self._last.popitem(last=False)
        return made

    def standings(self, store: str) -> tuple[Standing, ...]:
        """Who is here, as of a few seconds ago."""
        now = self._services.now()
        with self._guard:
            return self._rosters_kept(store, now)

    def _facts(
        self,
        found: tuple[OpenIncident, ...],
        standings: tuple[Standing, ...],
        store: str,
        visitor: Visitor,
    ) -> PhoneFacts:
        carrier, quiet = visitor.carrier_in(store), visitor.sees_quiet(store)
        seen = [one for one in found if quiet or not one.quiet]
        own = [one for one in seen if is_mine(one, visitor.account_id, carrier)]
        mine = tuple(sorted(own, key=lambda one: ORDER[State(one.state)]))
        return PhoneFacts(
            mine=mine,
            others=tuple(one for one in seen if one not in mine and not one.quiet),
            standing=next((one for one in standings if one.carrier_id == carrier), None),
            carrier=carrier,
        )

    def _open(self, store: str, now: datetime) -> tuple[OpenIncident, ...]:
        rings = self._services.bell.rings(store)
        kept = self._reads.get(store)
        if kept is None or kept.rings != rings or not timedelta(0) <= now - kept.at < KEEP:
            with self._services.db.reading() as session:
                kept = _Read(rings, now, open_incidents(session, store, quiet=None))
            self._reads[store] = kept
        return kept.open

    def _rosters_kept(self, store: str, now: datetime) -> tuple[Standing, ...]:
        kept = self._rosters.get(store)
        if kept is None or not timedelta(0) <= now - kept[0] < ROSTER_FOR:
            kept = (now, self._roster(store, now))
            self._rosters[store] = kept
        return kept[1]

    def _roster(self, store: str, now: datetime) -> tuple[Standing, ...]:
        with self._services.db.reading() as session:
            facts = read_store(session, store, now)
        return () if facts is None else roster(facts, now)
