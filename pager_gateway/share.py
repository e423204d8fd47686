"""Shares out what waits among the channels that are free: who is next, what goes with it, and for how long. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pager_gateway.airtime import Growing, Reckoned, alone_s
from pager_gateway.entry import Entry
from pager_gateway.page_queue import PageQueue
from pager_gateway.standby import Lane, choose


class Share:
    """A free channel never waits for company. What gathered while it was busy goes in one transmission, the urgent
    first; it is never so long that an urgent page of the next moment waits long for its end. One that takes pages into
    the transmission that is under way has no more in hand than would go in one, and gets the next as one is done."""

    def __init__(self, queue: PageQueue, lanes: Mapping[str, Lane]) -> None:
        self._queue = queue
        self._lanes = lanes
        self.better_at: float | None = None
        """When a channel may be open that is closed to those who wait."""

    def out(self, now: float) -> Iterator[tuple[Lane, list[Entry]]]:
        """Several passes, since a channel that is taken frees the standby."""
        for lane in self._lanes.values():
            lane.room_at = None
            lane.full = False
        progress = len(self._queue) > 0
        while progress:
            progress = False
            for lane in self._lanes.values():
                if not lane.free or lane.ranks(now) is None:
                    continue
                entries = self._gather(lane, now)
                progress = progress or bool(entries) or lane.room_at is not None or lane.full
                if entries:
                    lane.in_hand.update((entry.page, _reckoned(entry, lane)) for entry in entries)
                    yield lane, entries
        moments = [lane.better_at(now) for lane in self._lanes.values()] if len(self._queue) else []
        self.better_at = min((moment for moment in moments if moment is not None), default=None)

    def _gather(self, lane: Lane, now: float) -> list[Entry]:
        """What this channel takes next: the first in line, and what may go with it. When there is no air for the first
        one the channel is closed to all: a short page does not overtake a long one for ever."""
        lines = [names for names in self._queue.lines() if choose(names, self._lanes, now) == lane.id]
        found: list[Entry] = []
        baud = lane.limits.radio_baud
        growing, at_most_s = Growing(baud, packs=lane.abilities.packing), 0.0
        for page in lane.in_hand.values():
            growing.add(*page)
            at_most_s += alone_s(*page[:2], baud)
        while entry := self._queue.front(lines):
            page = _reckoned(entry, lane)
            at_most_s += alone_s(*page[:2], baud)  # the ceiling is the law: no guess how well they pack
            at = lane.has_room_at(at_most_s, now)
            company = len(found) + len(lane.in_hand)
            too_much = company >= lane.batch or growing.with_another(*page) > lane.limits.most_air_s
            if company and (too_much or at > now):
                lane.full = True
                break
            if at > now:
                lane.room_at = at
                break
            growing.add(*page)
            self._queue.remove(entry.page)
            found.append(entry)
        return found


def _reckoned(entry: Entry, lane: Lane) -> Reckoned:
    return entry.wanted.format, len(entry.wanted.body), entry.address(lane.id)
