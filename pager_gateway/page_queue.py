"""Pages that wait for a channel: the urgent first, then the old; one entry per page; dead ones leave aloud. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from uuid import UUID

from pager_gateway.entry import Entry


class PageQueue:
    """Entries with the same routes, in the same order of preference, stand in one line: all of them may go, or none.

    Leaving a line is lazy: an entry that is no longer waiting is skipped when it comes to the front."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, Entry] = {}
        self._lines: dict[tuple[str, ...], list[tuple[int, int, int, Entry]]] = {}
        self._ends: list[tuple[float, int, Entry]] = []
        self._ticket = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, page: UUID) -> bool:
        return page in self._waiting

    def put(self, entry: Entry) -> None:
        """A page that waits already is replaced. Its place is by priority, then by when its order arrived."""
        self.remove(entry.page)
        self._ticket += 1
        ticket = entry.ticket = self._ticket
        self._waiting[entry.page] = entry
        line = self._lines.setdefault(entry.names, [])
        heapq.heappush(line, (entry.wanted.priority, entry.number, ticket, entry))
        heapq.heappush(self._ends, (entry.expires_at, ticket, entry))

    def remove(self, page: UUID) -> Entry | None:
        """The entry if it was waiting."""
        found = self._waiting.pop(page, None)
        if found is not None:
            found.ticket = 0
        return found

    def lines(self) -> list[tuple[str, ...]]:
        """The routes, as names of transmitters, that somebody waits for."""
        for names in [names for names in self._lines if self._first(names) is None]:
            del self._lines[names]
        return list(self._lines)

    def front(self, lines: Iterable[tuple[str, ...]]) -> Entry | None:
        """Who is next in these lines."""
        firsts = [first for first in map(self._first, lines) if first is not None]
        return min(firsts)[3] if firsts else None

    def expired(self, now: float) -> list[Entry]:
        """Take out everything whose time is over."""
        found: list[Entry] = []
        while self._ends and (self._ends[0][0] <= now or self._ends[0][2].ticket != self._ends[0][1]):
            _, ticket, entry = heapq.heappop(self._ends)
            if entry.ticket == ticket:
                self.remove(entry.page)
                found.append(entry)
        return found

    def next_expiry(self) -> float | None:
        """When `expired` will find something, at the latest."""
        return self._ends[0][0] if self._ends else None

    def _first(self, names: tuple[str, ...]) -> tuple[int, int, int, Entry] | None:
        line = self._lines.get(names)
        while line:
            if line[0][3].ticket == line[0][2]:
                return line[0]
            heapq.heappop(line)
        return None
