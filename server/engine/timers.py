"""What is due next: one moment per key, the earliest first."""

from __future__ import annotations

import heapq
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

Key: TypeAlias = (
    tuple[Literal["incident", "page", "canary", "command"], UUID]
    | tuple[
        Literal["probe", "tidy", "canaries", "readiness", "plan", "devices", "settings", "keeping", "lines"],
        str,
    ]
)


class Timers:
    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Key]] = []
        self._when: dict[Key, datetime] = {}
        self._order = 0

    def set(self, key: Key, when: datetime | None) -> None:
        """Replace the moment of `key`; None: never."""
        if when is None:
            self._when.pop(key, None)
        elif self._when.get(key) != when:
            self._when[key] = when
            self._order += 1
            heapq.heappush(self._heap, (when, self._order, key))

    def when(self, key: Key) -> datetime | None:
        return self._when.get(key)

    def next(self) -> datetime | None:
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def take(self, now: datetime) -> list[Key]:
        """Every key that is due, once, in the order of their moments."""
        found: list[Key] = []
        while True:
            self._drop_stale()
            if not self._heap or self._heap[0][0] > now:
                return found
            _, _, key = heapq.heappop(self._heap)
            del self._when[key]
            found.append(key)

    def _drop_stale(self) -> None:
        while self._heap and self._when.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
