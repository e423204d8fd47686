"""Whose certificate ends before long, looked up now and then: renewals are rows that the door writes."""

from __future__ import annotations

from datetime import datetime, timedelta

from broker_config.identity.certificate import LEAF_LIFE
from server.db import identities
from server.db.connect import Database
from server.engine.vitals import Unit
from server.rules.certificates import Life

LOOK_EVERY = timedelta(minutes=10)
"""Who was let in anew is no fault any more after so long at most."""
AHEAD = LEAF_LIFE / 3
"""Nobody renews before that: the rest of the shop's devices are not looked at."""


class Certificates:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._ending: dict[str, dict[str, Life]] = {}
        self._looked: dict[str, datetime] = {}

    def look(self, store: str, now: datetime) -> None:
        """One query, when it is time for it."""
        last = self._looked.get(store)
        if last is None or not timedelta(0) <= now - last < LOOK_EVERY:
            with self._db.reading() as session:
                self._ending[store] = identities.ending(session, store, now + AHEAD)
            self._looked[store] = now

    def of(self, unit: Unit) -> Life | None:
        """None: nothing of this device ends before long."""
        return self._ending.get(unit[0], {}).get(unit[1])
