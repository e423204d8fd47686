"""An order becomes a row, a place in the queue, a page on a transmitter, and a result. The core of the process: who
gets which event, and the order of disk and wire.

The hot path is short on purpose: an order that finds a free channel is committed once, already as `transmitting`,
handed to its sender, and only then is anything else done."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from broker_config import codec
from broker_config.channels import IDENTITY_REQUEST
from broker_config.codec import Received
from broker_config.errors import ContractError
from broker_config.link import Connected, Delivery, Disconnected, Link, LinkEvent, Published
from broker_config.messages import (
    Certificate,
    CertificateRequest,
    Command,
    DeviceState,
    DeviceStatus,
    PageCancel,
    PageOrder,
    Press,
    PressReceipt,
    Settings,
)
from broker_config.renewal.core import NewKey, Renewal, Renews
from pager_gateway.canaries import Canaries
from pager_gateway.desk import Desk
from pager_gateway.keeper import Keeper
from pager_gateway.ledger import Ledger
from pager_gateway.meter import Meter
from pager_gateway.orders import Orders
from pager_gateway.outcomes import Outcomes
from pager_gateway.pages import Pages
from pager_gateway.probes import Probes
from pager_gateway.results import Results
from pager_gateway.sender import (
    AirReport,
    Batch,
    HealthReport,
    HeardReport,
    PageReport,
    ProbeReport,
    SenderReport,
)
from pager_gateway.setup import Identity
from pager_gateway.standby import Lane
from pager_gateway.wall import WallClock

log = logging.getLogger(__name__)

GatewayEvent: TypeAlias = LinkEvent | SenderReport | NewKey
TIDY_S = 3_600.0
BUSY_S = 10.0
TELLING_S = 60.0
"""How often it tells of itself."""


class Gateway:
    """See `broker_config.loop.Core`. `wall` is used for tidying and for the hours of the stand-in's plan; `new_id`
    makes the ids of its reports."""

    def __init__(
        self,
        identity: Identity,
        link: Link,
        ledger: Ledger,
        lanes: Mapping[str, Lane],
        wall: WallClock,
        new_id: Callable[[], UUID],
        telling_s: float = TELLING_S,
        renews: Renews | None = None,
    ) -> None:
        self._identity = identity
        self._link = link
        self._ledger = ledger
        self._lanes = lanes
        self._wall = wall
        self._results = Results(identity, link)
        self._pages = Pages(identity.boot, ledger, lanes, self._results, wall.epoch)
        self._probes = Probes(lanes)
        canaries = Canaries(lanes, self._pages, self._probes)
        self._orders = Orders(identity.boot, ledger, self._pages, self._results, canaries, wall.epoch)
        self._desk = Desk(
            identity, link, ledger, lanes, self._pages.load, self._probes, wall.synced, telling_s
        )
        self._meter = Meter(identity.boot, lanes, ledger, wall.epoch, self._desk.changed)
        self._outcomes = Outcomes(ledger, lanes, self._pages, self._results, self._meter)
        self._keeper: Keeper | None = None
        if identity.keeper:
            self._keeper = Keeper(identity, link, ledger, self._pages, wall, new_id)
        self._renewal = Renewal(renews, self._request, link.reconnect, new_id)
        self._tidy_at: float | None = None
        self.refused: Counter[str] = Counter()
        """Deliveries that the contract does not allow, by reason."""

    def start(self, now: float) -> None:
        """Take up what the ledger holds from before: nothing that was on the air is sent again."""
        self._tidy_at = now
        for lane in self._lanes.values():
            lane.since = now
        self._meter.start(now)
        if self._keeper is not None:
            self._keeper.start()
        self._pages.take_up(now)
        if self._keeper is not None:
            self._keeper.started()
            self._keeper.act(now)
        self._commit(now)
        self._results.flush()

    def handle(self, events: Sequence[GatewayEvent], now: float) -> None:
        deliveries: list[Delivery] = []
        for event in events:
            if isinstance(event, Delivery):
                deliveries.append(event)
                self._delivery(event, now)
            elif isinstance(event, PageReport):
                self._outcomes.report(event, now)
            elif isinstance(event, HealthReport):
                self._health(event)
            elif isinstance(event, ProbeReport):
                self._probes.heard(event, now)
            elif isinstance(event, AirReport):
                self._meter.report(event)
            elif isinstance(event, HeardReport):
                self._desk.heard(event.transmitter, event.heard, now)
            elif isinstance(event, NewKey):
                self._renewal.made(event, now)
            else:
                self._link_event(event, now)
        self._probes.act(now)
        self._pages.wake(now)
        if self._keeper is not None:
            self._keeper.act(now)
        batches = self._pages.assign(now)
        for entry in self._results.lasting(now):
            self._pages.tell(entry)
        self._commit(now)
        for lane, pages in batches:
            lane.hand(Batch(pages))
        self._results.flush()
        if self._keeper is not None:
            self._keeper.speak(now)
        for delivery in deliveries:
            if delivery.qos > 0:
                self._link.settle(delivery)
        self._meter.act(now)
        self._desk.act(now)
        self._renewal.work(now)
        self._tidy(now)

    def due(self) -> float | None:
        moments = [
            self._results.due(),
            self._pages.due(),
            self._desk.due(),
            self._probes.due(),
            self._meter.due(),
            self._tidy_at,
            self._renewal.due(),
        ]
        if self._keeper is not None:
            moments.append(self._keeper.due())
        return min((moment for moment in moments if moment is not None), default=None)

    def _commit(self, now: float) -> None:
        """Pages and the stand-in's calls in one: after a crash neither knows more than the other."""
        rows = [] if self._keeper is None else self._keeper.rows(now)
        if self._pages.commit(rows) and self._keeper is not None:
            self._keeper.kept(rows)

    # From the broker

    def _delivery(self, delivery: Delivery, now: float) -> None:
        try:
            received = codec.receive(delivery)
            if not self._is_for_us(received):
                raise ContractError("foreign", "not for this gateway")
            if self._keeper is not None:
                self._keeper.hear(received, delivery, now)
        except ContractError as error:
            self.refused[error.reason] += 1
            log.warning("refused a delivery: %s", error, extra={"action": "delivery.refused"})
            return
        message = received.message
        if isinstance(message, PageOrder):
            self._orders.order(message, delivery, now)
        elif isinstance(message, PageCancel):
            self._orders.cancel(message, now)
        elif isinstance(message, Command):
            self._desk.command(message, now)
        elif isinstance(message, Settings):
            self._desk.settings(message)
        elif isinstance(message, Certificate):
            self._renewal.heard(message, now)
        elif isinstance(message, DeviceStatus) and message.state is DeviceState.ONLINE:
            self._results.resend()

    def _is_for_us(self, received: Received) -> bool:
        """Ours; or a server's status; for a keeper also what a button says and is told about its presses."""
        if received.store != self._identity.store:
            return False
        if received.kind == "b":
            return self._keeper is not None and isinstance(received.message, Press | PressReceipt)
        if received.kind == "s":
            return isinstance(received.message, DeviceStatus)
        return received.device == self._identity.device

    def _link_event(self, event: Connected | Disconnected | Published, now: float) -> None:
        if isinstance(event, Published):
            self._results.published(event)
            self._renewal.published(event)
        elif isinstance(event, Connected):
            self._results.resend()
            self._desk.connected(now)
            self._renewal.connected(now)
            if self._keeper is not None:
                self._keeper.connected(now)
        else:
            self._results.disconnected()
            self._renewal.disconnected()

    def _request(self, request: CertificateRequest) -> int | None:
        who = self._identity
        return self._link.publish(codec.publication(IDENTITY_REQUEST, who.store, "g", who.device, request))

    # From the senders

    def _health(self, event: HealthReport) -> None:
        if self._lanes[event.transmitter].hear(event.health, event.at):
            self._desk.changed()

    def _tidy(self, now: float) -> None:
        if self._tidy_at is not None and self._tidy_at <= now:
            self._tidy_at = now + (BUSY_S if self._pages.active else TIDY_S)
            if not self._pages.active:
                self._ledger.tidy(self._wall.epoch())
