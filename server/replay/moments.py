"""What is going to happen, in order: one heap, and the order is the same in every run."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any


class Rank(IntEnum):
    """Of what happens at the same moment: what is due by itself first, people last."""

    DUE = 0
    PRESS = 1
    PERSON = 2


class Moments:
    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = itertools.count()

    def put(self, at: datetime, rank: Rank, what: Callable[..., None], *about: Any) -> None:
        """`what(at, *about)` is called at its turn."""
        heappush(self._heap, (at, rank, next(self._count), what, about))

    @property
    def next_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def pop(self) -> None:
        """Let the next one happen."""
        at, _, _, what, about = heappop(self._heap)
        what(at, *about)
