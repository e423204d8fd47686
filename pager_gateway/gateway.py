"""An order becomes a row, a place in the queue, a page on a transmitter, and a result. The core of the process.

The hot path is short on purpose: an order that finds a free channel is committed once, already as `transmitting`,
handed to its sender, and only then is anything else done."""

from __future__ import annotations

import heapq
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias
from uuid import UUID

from broker_config import codec
from broker_config.errors import ContractError
from broker_config.link import Connected, Delivery, Disconnected, Link, LinkEvent, Published
from broker_config.messages import (
    Command,
    DeviceState,
    DeviceStatus,
    PageCancel,
    PageOrder,
    PageResult,
    PageState,
    Proof,
    Purpose,
    ResultError,
    Settings,
)
from pager_gateway import verdicts
from pager_gateway.desk import Desk
from pager_gateway.entry import Entry
from pager_gateway.ledger import Ledger, Row
from pager_gateway.page_queue import PageQueue
from pager_gateway.results import Results
from pager_gateway.sender import Batch, HealthReport, PageReport, SenderReport
from pager_gateway.setup import Identity
from pager_gateway.standby import Lane, choose
from pager_gateway.transmitter import Page

log = logging.getLogger(__name__)

GatewayEvent: TypeAlias = LinkEvent | SenderReport
TIDY_S = 3_600.0
BUSY_S = 10.0


class Gateway:
    """See `broker_config.loop.Core`. `wall` gives epoch seconds and is used for tidying only."""

    def __init__(
        self,
        identity: Identity,
        link: Link,
        ledger: Ledger,
        lanes: Mapping[str, Lane],
        wall: Callable[[], float],
    ) -> None:
        self._identity = identity
        self._link = link
        self._ledger = ledger
        self._lanes = lanes
        self._wall = wall
        self._queue = PageQueue()
        self._active: dict[UUID, Entry] = {}
        self._resting: list[tuple[float, int, Entry]] = []
        self._dirty: dict[UUID, Row] = {}
        self._results = Results(identity, link)
        self._desk = Desk(identity, link, ledger, lanes, self._load)
        self._number = 0
        self._tidy_at: float | None = None
        self.refused: Counter[str] = Counter()
        """Deliveries that the contract does not allow, by reason."""

    def start(self, now: float) -> None:
        """Take up what the ledger holds from before: nothing that was on the air is sent again."""
        self._tidy_at = now
        for row in self._ledger.unfinished():
            entry = self._remember(row)
            if row.state is PageState.TRANSMITTING:
                entry.doubted = True
                self._finish(entry, PageState.UNKNOWN, verdicts.RESTARTED)
            elif row.boot != self._identity.boot or row.expires_at <= now or not entry.routes:
                self._finish(entry, PageState.EXPIRED)
            else:
                self._wait(entry, now)
        self._commit()
        self._results.flush()

    def handle(self, events: Sequence[GatewayEvent], now: float) -> None:
        deliveries: list[Delivery] = []
        for event in events:
            if isinstance(event, Delivery):
                deliveries.append(event)
                self._delivery(event, now)
            elif isinstance(event, PageReport):
                self._report(event, now)
            elif isinstance(event, HealthReport):
                self._health(event)
            else:
                self._link_event(event, now)
        self._wake(now)
        batches = self._assign(now)
        self._commit()
        for lane, pages in batches:
            lane.hand(Batch(pages))
        for entry in self._results.lasting(now):
            self._tell(entry)
        self._results.flush()
        for delivery in deliveries:
            if delivery.qos > 0:
                self._link.settle(delivery)
        self._desk.act(now)
        self._tidy(now)

    def due(self) -> float | None:
        resting = self._resting[0][0] if self._resting else None
        moments = (
            self._results.due(),
            self._queue.next_expiry(),
            resting,
            self._desk.due(),
            self._tidy_at,
        )
        return min((moment for moment in moments if moment is not None), default=None)

    # From the broker

    def _delivery(self, delivery: Delivery, now: float) -> None:
        try:
            received = codec.receive(delivery)
            own = (received.store, received.kind, received.device) == (
                self._identity.store,
                "g",
                self._identity.device,
            )
            message = received.message
            if not own and not (received.kind == "s" and isinstance(message, DeviceStatus)):
                raise ContractError("foreign", "not for this gateway")
        except ContractError as error:
            self.refused[error.reason] += 1
            log.warning("refused a delivery: %s", error, extra={"action": "delivery.refused"})
            return
        if isinstance(message, PageOrder):
            self._order(message, delivery, now)
        elif isinstance(message, PageCancel):
            self._cancel(message, now)
        elif isinstance(message, Command):
            self._desk.command(message, now)
        elif isinstance(message, Settings):
            self._desk.settings(message)
        elif isinstance(message, DeviceStatus) and message.state is DeviceState.ONLINE:
            self._results.resend()

    def _link_event(self, event: Connected | Disconnected | Published, now: float) -> None:
        if isinstance(event, Published):
            self._results.published(event)
        elif isinstance(event, Connected):
            self._results.resend()
            self._desk.connected(now)
        else:
            self._results.disconnected()

    def _order(self, order: PageOrder, delivery: Delivery, now: float) -> None:
        left = order.exp_s if delivery.expiry_s is None else min(order.exp_s, delivery.expiry_s)
        expires_at = delivery.at + left
        entry = self._active.get(order.page)
        if entry is not None:
            if order.attempt > entry.attempt:
                entry.attempt = order.attempt
                self._tell(entry)
            elif entry.result is not None:
                self._results.repeat(entry.page, entry.result)
            else:
                self._tell(entry)
            return
        known = self._dirty.get(order.page) or self._ledger.get(order.page)
        if known is not None and not verdicts.may_live_again(known, order.attempt):
            self._answer_again(known, order.attempt)
            return
        routes = [route for route in order.routes if route.transmitter in self._lanes]
        self._number += 1
        entry = Entry(order, delivery.payload, self._number, delivery.at, expires_at, routes)
        entry.attempt = order.attempt
        self._active[entry.page] = entry
        if order.purpose is Purpose.CANARY:
            self._finish(entry, PageState.FAILED, verdicts.NO_CANARY)
        elif not routes:
            self._finish(entry, PageState.FAILED, verdicts.NO_ROUTE)
        else:
            self._wait(entry, now)

    def _answer_again(self, known: Row, attempt: int) -> None:
        """The last result of a page that is over; in the name of a later attempt if the order has one."""
        if known.result is None:
            return
        if attempt <= known.attempt:
            self._results.repeat(known.page, known.result)
            return
        last = PageResult.model_validate_json(known.result)
        seq = self._ledger.next_seq()
        payload = self._results.say(last.model_copy(update={"attempt": attempt, "seq": seq}))
        self._dirty[known.page] = verdicts.renamed(known, attempt, seq, payload)

    def _cancel(self, cancel: PageCancel, now: float) -> None:
        """A page on the air gets nothing but its final result. A cancel that comes before its order is kept, so
        that the order finds it."""
        entry = self._active.get(cancel.page)
        if entry is not None:
            if entry.state is PageState.HELD:
                self._finish(entry, PageState.CANCELLED)
            return
        known = self._dirty.get(cancel.page) or self._ledger.get(cancel.page)
        if known is not None:
            self._answer_again(known, known.attempt)
            return
        seq = self._ledger.next_seq()
        payload = self._results.say(
            PageResult(page=cancel.page, attempt=1, seq=seq, state=PageState.CANCELLED)
        )
        self._dirty[cancel.page] = verdicts.tombstone(
            cancel.page, seq, payload, now, self._identity.boot, self._wall()
        )

    # From the senders

    def _health(self, event: HealthReport) -> None:
        lane = self._lanes[event.transmitter]
        lane.heard_at = event.at
        if lane.health != event.health:
            lane.health = event.health
            self._desk.changed()

    def _report(self, event: PageReport, now: float) -> None:
        result = event.result
        lane = self._lanes[event.transmitter]
        entry = self._active.get(result.page)
        if result.state.is_final:
            lane.in_hand.discard(result.page)
        if entry is None or entry.transmitter != event.transmitter:
            self._late(event)
            return
        if event.first_byte_at is not None and entry.tx_ms is None:
            entry.tx_ms = max(0, round(1000 * (event.first_byte_at - entry.arrived_at)))
        entry.proof = result.proof
        if not result.state.is_final:
            return
        entry.error = result.error
        if result.state not in (PageState.FAILED, PageState.UNKNOWN):
            self._finish(entry, result.state, result.error)
            return
        entry.doubted = entry.doubted or result.state is PageState.UNKNOWN
        rest = verdicts.after_failure(entry, result, self._lanes, now)
        if rest is None:
            self._finish(entry, result.state, result.error)
            return
        entry.transmitter = None
        entry.state = PageState.HELD
        if rest > 0:
            self._number += 1
            heapq.heappush(self._resting, (now + rest, self._number, entry))
            self._save(entry)
            self._results.watch(entry, now)
        else:
            self._wait(entry, now)

    def _late(self, event: PageReport) -> None:
        """After its final result a page may still be confirmed or better proven; it never gets worse."""
        known = self._dirty.get(event.result.page) or self._ledger.get(event.result.page)
        if known is not None and known.result is not None and verdicts.improves(known, event.result):
            last = PageResult.model_validate_json(known.result)
            seq = self._ledger.next_seq()
            update = {"state": event.result.state, "proof": event.result.proof, "seq": seq}
            payload = self._results.say(last.model_copy(update=update))
            self._dirty[known.page] = verdicts.renamed(known, known.attempt, seq, payload, event.result.state)
        else:
            log.warning(
                "a late word about a page that is over: %s",
                event.result.error.text if event.result.error else event.result.state.value,
                extra={"action": "page.late", "page_id": str(event.result.page)},
            )

    # The life of an entry

    def _wait(self, entry: Entry, now: float) -> None:
        self._active[entry.page] = entry
        self._queue.put(entry)
        self._save(entry)
        self._results.watch(entry, now)

    def _wake(self, now: float) -> None:
        """Rested entries back into the queue; the dead ones out of it, aloud."""
        while self._resting and self._resting[0][0] <= now:
            _, _, entry = heapq.heappop(self._resting)
            if self._active.get(entry.page) is entry:
                self._queue.put(entry)
        for entry in self._queue.expired(now):
            self._finish(entry, PageState.EXPIRED, entry.error)

    def _assign(self, now: float) -> list[tuple[Lane, tuple[Page, ...]]]:
        """Free channels take what waits for them; several passes, since a taken channel frees the standby."""
        found: list[tuple[Lane, tuple[Page, ...]]] = []
        progress = len(self._queue) > 0
        while progress:
            progress = False
            for lane in self._lanes.values():
                if not lane.free or lane.health.state == "dead":
                    continue
                name = lane.id
                entries = self._queue.take(name, lane.batch, partial(self._belongs_to, name))
                if entries:
                    progress = True
                    found.append((lane, tuple(self._launch(entry, lane, now) for entry in entries)))
        return found

    def _belongs_to(self, transmitter: str, entry: Entry) -> bool:
        return choose(entry.routes, self._lanes) == transmitter

    def _launch(self, entry: Entry, lane: Lane, now: float) -> Page:
        entry.state = PageState.TRANSMITTING
        entry.transmitter = lane.id
        entry.tries[lane.id] = entry.tries.get(lane.id, 0) + 1
        lane.in_hand.add(entry.page)
        self._save(entry)
        self._results.watch(entry, now)
        order = entry.order
        return Page(
            entry.page,
            entry.route().address,
            order.body,
            order.format,
            order.charset,
            order.alert,
            order.priority,
            entry.expires_at,
        )

    def _finish(self, entry: Entry, state: PageState, error: ResultError | None = None) -> None:
        doubtful = entry.doubted and state not in (PageState.TRANSMITTED, PageState.CONFIRMED)
        entry.state = PageState.UNKNOWN if doubtful else state
        entry.error = error
        if entry.state not in (PageState.TRANSMITTED, PageState.CONFIRMED):
            entry.proof = Proof.NONE
        self._queue.remove(entry.page)
        self._active.pop(entry.page, None)
        self._tell(entry)
        log.info(
            "page %s",
            entry.state.value,
            extra={"action": "page.over", "page_id": str(entry.page), "press_id": str(entry.order.press)},
        )

    def _tell(self, entry: Entry) -> None:
        """Its present state becomes its result, in the ledger and in the outbox."""
        self._results.build(entry, self._ledger.next_seq())
        self._save(entry)

    def _save(self, entry: Entry) -> None:
        self._dirty[entry.page] = verdicts.row(entry, self._identity.boot, self._wall())

    def _remember(self, row: Row) -> Entry:
        order = PageOrder.model_validate_json(row.payload or b"")
        self._number += 1
        routes = [route for route in order.routes if route.transmitter in self._lanes]
        entry = Entry(order, row.payload or b"", self._number, row.arrived_at, row.expires_at, routes)
        entry.attempt, entry.doubted, entry.seq, entry.result = row.attempt, row.doubted, row.seq, row.result
        return entry

    def _commit(self) -> None:
        """One commit for everything that happened in this call. A disk that fails does not stop the pagers: memory
        still knows each page, and the rows are tried again with the next call."""
        try:
            self._ledger.put(self._dirty.values())
        except sqlite3.Error as error:
            log.critical("the ledger cannot be written: %s", error, extra={"action": "ledger.failed"})
        else:
            self._dirty.clear()

    def _load(self, now: float) -> tuple[int, float]:
        oldest = min((entry.arrived_at for entry in self._active.values()), default=now)
        return len(self._active), now - oldest

    def _tidy(self, now: float) -> None:
        if self._tidy_at is None or self._tidy_at > now:
            return
        self._tidy_at = now + (BUSY_S if self._active else TIDY_S)
        if not self._active:
            self._ledger.tidy(self._wall())
