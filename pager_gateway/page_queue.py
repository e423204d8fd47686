"""Pages that wait for a channel: the urgent first, then the old; one entry per page; dead ones leave aloud. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from uuid import UUID

from pager_gateway.entry import Entry


class PageQueue:
    """Each entry stands in the line of every transmitter that it may still go to.

    Leaving a line is lazy: an entry that is no longer waiting is skipped when it comes to the front."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, tuple[Entry, int]] = {}
        self._lines: dict[str, list[tuple[int, int, int, Entry]]] = {}
        self._ends: list[tuple[float, int, Entry]] = []
        self._ticket = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, page: UUID) -> bool:
        return page in self._waiting

    def put(self, entry: Entry) -> None:
        """A page that waits already is replaced. Its place is by priority, then by when its order arrived."""
        self._ticket += 1
        ticket = self._ticket
        self._waiting[entry.page] = (entry, ticket)
        for route in entry.routes:
            line = self._lines.setdefault(route.transmitter, [])
            heapq.heappush(line, (entry.order.priority, entry.number, ticket, entry))
        heapq.heappush(self._ends, (entry.expires_at, ticket, entry))

    def remove(self, page: UUID) -> Entry | None:
        """The entry if it was waiting."""
        found = self._waiting.pop(page, None)
        return None if found is None else found[0]

    def front(self, transmitter: str) -> Entry | None:
        """Who would be next on this transmitter."""
        line = self._lines.get(transmitter)
        while line:
            if self._is_waiting(line[0][3], line[0][2]):
                return line[0][3]
            heapq.heappop(line)
        return None

    def take(self, transmitter: str, most: int, allowed: Callable[[Entry], bool]) -> list[Entry]:
        """Up to `most` entries from the front, stopping at the first that is not allowed here."""
        found: list[Entry] = []
        while len(found) < most:
            entry = self.front(transmitter)
            if entry is None or not allowed(entry):
                break
            self.remove(entry.page)
            found.append(entry)
        return found

    def expired(self, now: float) -> list[Entry]:
        """Take out everything whose time is over."""
        found: list[Entry] = []
        while self._ends and (
            self._ends[0][0] <= now or not self._is_waiting(self._ends[0][2], self._ends[0][1])
        ):
            _, ticket, entry = heapq.heappop(self._ends)
            if self._is_waiting(entry, ticket):
                self.remove(entry.page)
                found.append(entry)
        return found

    def next_expiry(self) -> float | None:
        """When `expired` will find something, at the latest."""
        return self._ends[0][0] if self._ends else None

    def entries(self) -> Iterable[Entry]:
        return [entry for entry, _ in self._waiting.values()]

    def _is_waiting(self, entry: Entry, ticket: int) -> bool:
        found = self._waiting.get(entry.page)
        return found is not None and found[1] == ticket
