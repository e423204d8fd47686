"""The pages that have no final state yet: waiting, resting, on the air; and their rows. Part of the gateway's core."""

from __future__ import annotations

import heapq
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from pydantic import ValidationError

from broker_config.messages import PageOrder, PageResult, PageState, Proof, Purpose, ResultError
from pager_gateway import verdicts
from pager_gateway.entry import Entry, Wanted, ways
from pager_gateway.ledger import CallRow, Ledger, Row
from pager_gateway.page_queue import PageQueue
from pager_gateway.results import Results
from pager_gateway.sender import CancelPage
from pager_gateway.share import Share
from pager_gateway.standby import Lane, obstacle
from pager_gateway.transmitter import Page

log = logging.getLogger(__name__)

TAKEN_OVER_S = 4.0
"""What was ordered so long before a start may have been given to another gateway meanwhile."""
HEARS_FIRST_S = 1.5
"""So long it waits then for the server's word on it, which comes with the connection."""
Observer = Callable[[UUID, PageState, Proof, ResultError | None, str | None], None]
"""Page, state, proof, error, and the transmitter that has it or had it last."""


class Pages:
    """`boot` is the kernel's boot id, `wall` gives epoch seconds for tidying. Nothing is on disk before `commit`."""

    def __init__(
        self,
        boot: str,
        ledger: Ledger,
        lanes: Mapping[str, Lane],
        results: Results,
        wall: Callable[[], float],
    ) -> None:
        self._boot = boot
        self._ledger = ledger
        self._lanes = lanes
        self._results = results
        self._wall = wall
        self._queue = PageQueue()
        self._share = Share(self._queue, lanes)
        self.active: dict[UUID, Entry] = {}
        self._resting: list[tuple[float, int, Entry]] = []
        self._dirty: dict[UUID, Row] = {}
        self._number = 0
        self.observe: Observer = _nobody
        """Told of pages that begin or end."""

    def due(self) -> float | None:
        resting = self._resting[0][0] if self._resting else None
        moments = (self._queue.next_expiry(), resting, self._share.better_at)
        return min((moment for moment in moments if moment is not None), default=None)

    def take_up(self, now: float) -> None:
        """What the ledger holds from before this start: nothing that was on the air is sent again."""
        for row in self._ledger.unfinished():
            payload = row.payload or b""
            try:
                order = PageOrder.model_validate_json(payload)
            except ValidationError:
                self._unreadable(row)
                continue
            entry = self.enter(order, payload, row.arrived_at, row.expires_at)
            entry.attempt, entry.doubted = row.attempt, row.doubted
            entry.seq, entry.result = row.seq, row.result
            if row.state is PageState.TRANSMITTING:
                entry.doubted = True
                self.finish(entry, PageState.UNKNOWN, verdicts.RESTARTED)
            elif order.purpose is Purpose.CANARY:
                self.finish(entry, PageState.FAILED, verdicts.RESTARTED)
            elif row.boot != self._boot or row.expires_at <= now or not entry.routes:
                self.finish(entry, PageState.EXPIRED)
            elif entry.ordered and now - row.arrived_at >= TAKEN_OVER_S:
                self.rest(entry, now + HEARS_FIRST_S, now)
            else:
                self.wait(entry, now)

    def _unreadable(self, row: Row) -> None:
        """The disk spoilt an order: whatever became of it, the server is told that nobody knows."""
        log.critical("a page cannot be read from the ledger", extra={"page_id": str(row.page)})
        seq = self._ledger.next_seq()
        unknown = PageState.UNKNOWN
        result = PageResult(
            page=row.page, attempt=max(1, row.attempt), seq=seq, state=unknown, error=verdicts.RESTARTED
        )
        said = self._results.say(result)
        self.keep(verdicts.renamed(row, result.attempt, seq, said, unknown))

    def enter(self, order: PageOrder, payload: bytes, arrived_at: float, expires_at: float) -> Entry:
        """A page without a final state, known from now on."""
        self._number += 1
        lanes = self._lanes
        here = (route for route in order.routes if route.transmitter in lanes)
        routes = ways(*((lanes[route.transmitter].id, route.address) for route in here))
        entry = Entry(Wanted.of(order), payload, self._number, arrived_at, expires_at, routes)
        entry.attempt = order.attempt
        self.active[entry.page] = entry
        return entry

    def known(self, page: UUID) -> Row | None:
        """The row of a page that is over. A disk that cannot be read knows nothing."""
        found = self._dirty.get(page)
        if found is not None:
            return found
        try:
            return self._ledger.get(page)
        except sqlite3.Error as error:
            log.critical("the ledger cannot be read: %s", error, extra={"action": "ledger.failed"})
            return None

    def keep(self, row: Row) -> None:
        self._dirty[row.page] = row

    def rest(self, entry: Entry, until: float, now: float) -> None:
        """Back into the queue, but not at once."""
        self._number += 1
        heapq.heappush(self._resting, (until, self._number, entry))
        self._save(entry)
        self._results.watch(entry, now)

    def hold(self, entry: Entry, now: float) -> None:
        """Known, but in nobody's line."""
        self._save(entry)
        self._results.watch(entry, now)

    def prolong(self, entry: Entry, until: float) -> None:
        """It may wait longer than was thought."""
        if entry.state is PageState.HELD and until > entry.expires_at:
            entry.expires_at = until
            if entry.page in self._queue:
                self._queue.put(entry)

    def wait(self, entry: Entry, now: float) -> None:
        """For a free channel, by priority and age."""
        self.active[entry.page] = entry
        self._queue.put(entry)
        self._save(entry)
        self._results.watch(entry, now)

    def wake(self, now: float) -> None:
        """Rested entries back into the queue; the dead ones out of it, aloud."""
        while self._resting and self._resting[0][0] <= now:
            _, _, entry = heapq.heappop(self._resting)
            if self.active.get(entry.page) is entry:
                self._queue.put(entry)
        for entry in self._queue.expired(now):
            self.finish(entry, PageState.EXPIRED, entry.error or obstacle(entry.names, self._lanes))

    def assign(self, now: float) -> list[tuple[Lane, tuple[Page, ...]]]:
        """Free channels take what waits for them."""
        return [
            (lane, tuple(self._launch(entry, lane, now) for entry in entries))
            for lane, entries in self._share.out(now)
        ]

    def _launch(self, entry: Entry, lane: Lane, now: float) -> Page:
        entry.state = PageState.TRANSMITTING
        entry.transmitter = lane.id
        entry.tries += (lane.id,)
        self.hold(entry, now)
        self.observe(entry.page, entry.state, entry.proof, None, entry.transmitter)
        wanted = entry.wanted
        return Page(
            entry.page,
            entry.address(lane.id),
            wanted.body,
            wanted.format,
            wanted.charset,
            wanted.alert,
            wanted.priority,
            entry.expires_at,
        )

    def take_back(self, page: UUID, transmitter: str | None) -> None:
        """Nobody wants any more what this transmitter has, or had."""
        lane = self._lanes.get(transmitter or "")
        if lane is not None:
            lane.hand(CancelPage(page))

    def finish(self, entry: Entry, state: PageState, error: ResultError | None = None) -> None:
        """Its one final result. What may have been on the air never ends as if it had not been."""
        doubtful = entry.doubted and state not in (PageState.TRANSMITTED, PageState.CONFIRMED)
        entry.state = PageState.UNKNOWN if doubtful else state
        entry.error = error
        if entry.state not in (PageState.TRANSMITTED, PageState.CONFIRMED):
            entry.proof = Proof.NONE
        self._queue.remove(entry.page)
        self.active.pop(entry.page, None)
        self.tell(entry)
        self.observe(entry.page, entry.state, entry.proof, entry.error, entry.transmitter)
        log.info(
            "page %s",
            entry.state.value,
            extra={
                "action": "page.over",
                "page_id": str(entry.page),
                "press_id": str(UUID(int=entry.wanted.press)),
            },
        )

    def tell(self, entry: Entry) -> None:
        """Its present state becomes its result, in the ledger and in the outbox."""
        self._results.build(entry, self._ledger.next_seq())
        self._save(entry)

    def _save(self, entry: Entry) -> None:
        self._dirty[entry.page] = verdicts.row(entry, self._boot, self._wall())

    def commit(self, calls: Sequence[CallRow] = ()) -> bool:
        """One commit for everything that happened in this call. A disk that fails does not stop the pagers: memory
        still knows each page, and the rows are tried again with the next call."""
        try:
            self._ledger.put(self._dirty.values(), calls)
        except sqlite3.Error as error:
            log.critical("the ledger cannot be written: %s", error, extra={"action": "ledger.failed"})
            return False
        for page in self._dirty:
            kept = self.active.get(page)
            if kept is not None:
                kept.payload = kept.result = None
        self._dirty.clear()
        return True

    def load(self, now: float) -> tuple[int, float]:
        """How many have no final state, and the age of the oldest in seconds."""
        oldest = min((entry.arrived_at for entry in self.active.values()), default=now)
        return len(self.active), now - oldest


def _nobody(
    page: UUID, state: PageState, proof: Proof, error: ResultError | None, transmitter: str | None
) -> None:
    """Nobody wants to know."""
