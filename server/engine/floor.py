"""Who is on the floor, looked up once a second: shifts and duties start and end on whole seconds."""

from __future__ import annotations

from datetime import datetime

from server.rules.facts import Store
from server.rules.roster import Standing, roster


class Floor:
    def __init__(self) -> None:
        self._kept: dict[str, tuple[Store, datetime, tuple[Standing, ...]]] = {}

    def at(self, store: Store, now: datetime) -> tuple[Standing, ...]:
        second = now.replace(microsecond=0)
        kept = self._kept.get(store.id)
        if kept is not None and kept[0] is store and kept[1] == second:
            return kept[2]
        found = roster(store, second)
        self._kept[store.id] = (store, second, found)
        return found
