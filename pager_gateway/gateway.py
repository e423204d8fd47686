"""An order becomes a row, a place in the queue, a page on a transmitter, and a result. The core of the process.

The hot path is short on purpose: an order that finds a free channel is committed once, already as `transmitting`,
handed to its sender, and only then is anything else done."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

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
    Purpose,
    Settings,
)
from pager_gateway import verdicts
from pager_gateway.desk import Desk
from pager_gateway.ledger import Ledger, Row
from pager_gateway.pages import Pages
from pager_gateway.results import Results
from pager_gateway.sender import Batch, HealthReport, PageReport, SenderReport
from pager_gateway.setup import Identity
from pager_gateway.standby import Lane

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
        self._results = Results(identity, link)
        self._pages = Pages(identity.boot, ledger, lanes, self._results, wall)
        self._desk = Desk(identity, link, ledger, lanes, self._pages.load)
        self._tidy_at: float | None = None
        self.refused: Counter[str] = Counter()
        """Deliveries that the contract does not allow, by reason."""

    def start(self, now: float) -> None:
        """Take up what the ledger holds from before: nothing that was on the air is sent again."""
        self._tidy_at = now
        self._pages.take_up(now)
        self._pages.commit()
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
        self._pages.wake(now)
        batches = self._pages.assign(now)
        for entry in self._results.lasting(now):
            self._pages.tell(entry)
        self._pages.commit()
        for lane, pages in batches:
            lane.hand(Batch(pages))
        self._results.flush()
        for delivery in deliveries:
            if delivery.qos > 0:
                self._link.settle(delivery)
        self._desk.act(now)
        self._tidy(now)

    def due(self) -> float | None:
        moments = (self._results.due(), self._pages.due(), self._desk.due(), self._tidy_at)
        return min((moment for moment in moments if moment is not None), default=None)

    # From the broker

    def _delivery(self, delivery: Delivery, now: float) -> None:
        try:
            received = codec.receive(delivery)
            message = received.message
            own = self._identity.is_own(received.store, received.kind, received.device)
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
        entry = self._pages.active.get(order.page)
        if entry is not None:
            if order.attempt > entry.attempt or entry.result is None:
                entry.attempt = max(order.attempt, entry.attempt)
                self._pages.tell(entry)
            else:
                self._results.repeat(entry.page, entry.result)
            return
        known = self._pages.known(order.page)
        if known is not None and not verdicts.may_live_again(known, order.attempt):
            self._answer_again(known, order.attempt)
            return
        entry = self._pages.enter(order, delivery.payload, delivery.at, expires_at)
        if order.purpose is Purpose.CANARY:
            self._pages.finish(entry, PageState.FAILED, verdicts.NO_CANARY)
        elif not entry.routes:
            self._pages.finish(entry, PageState.FAILED, verdicts.NO_ROUTE)
        else:
            self._pages.wait(entry, now)

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
        self._pages.keep(verdicts.renamed(known, attempt, seq, payload))

    def _cancel(self, cancel: PageCancel, now: float) -> None:
        """A page on the air gets nothing but its final result. A cancel that comes before its order is kept, so
        that the order finds it."""
        entry = self._pages.active.get(cancel.page)
        if entry is not None:
            if entry.state is PageState.HELD:
                self._pages.finish(entry, PageState.CANCELLED)
            return
        known = self._pages.known(cancel.page)
        if known is not None:
            self._answer_again(known, known.attempt)
            return
        seq = self._ledger.next_seq()
        payload = self._results.say(
            PageResult(page=cancel.page, attempt=1, seq=seq, state=PageState.CANCELLED)
        )
        self._pages.keep(
            verdicts.tombstone(cancel.page, seq, payload, now, self._identity.boot, self._wall())
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
        entry = self._pages.active.get(result.page)
        if result.state.is_final:
            self._lanes[event.transmitter].in_hand.discard(result.page)
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
            self._pages.finish(entry, result.state, result.error)
            return
        entry.doubted = entry.doubted or result.state is PageState.UNKNOWN
        rest = verdicts.after_failure(entry, result, self._lanes, now)
        if rest is None:
            self._pages.finish(entry, result.state, result.error)
            return
        entry.transmitter = None
        entry.state = PageState.HELD
        if rest > 0:
            self._pages.rest(entry, now + rest, now)
        else:
            self._pages.wait(entry, now)

    def _late(self, event: PageReport) -> None:
        """After its final result a page may still be confirmed or better proven; it never gets worse."""
        known = self._pages.known(event.result.page)
        if known is not None and known.result is not None and verdicts.improves(known, event.result):
            last = PageResult.model_validate_json(known.result)
            seq = self._ledger.next_seq()
            update = {"state": event.result.state, "proof": event.result.proof, "seq": seq}
            payload = self._results.say(last.model_copy(update=update))
            row = verdicts.renamed(known, known.attempt, seq, payload, event.result.state)
            self._pages.keep(row)
        else:
            log.warning(
                "a late word about a page that is over: %s",
                event.result.error.text if event.result.error else event.result.state.value,
                extra={"action": "page.late", "page_id": str(event.result.page)},
            )

    def _tidy(self, now: float) -> None:
        if self._tidy_at is not None and self._tidy_at <= now:
            self._tidy_at = now + (BUSY_S if self._pages.active else TIDY_S)
            if not self._pages.active:
                self._ledger.tidy(self._wall())
