"""The keeper's duty in a gateway: presses, receipts and the plan go to the stand-in, its pages into the ordinary queue,
its words to the buttons, its reports to the server. Part of the gateway's core."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from math import ceil
from uuid import UUID

from broker_config import codec
from broker_config.channels import STAND_IN
from broker_config.codec import Received
from broker_config.link import Delivery, Link, Publication
from broker_config.messages import (
    DeviceState,
    DeviceStatus,
    FallbackPlan,
    PageOrder,
    PageState,
    Press,
    PressKind,
    PressReceipt,
    Proof,
    Purpose,
    ReportReceipt,
    ResultError,
    StandIn,
)
from broker_config.messages.fallback import PlannedOrder
from pager_gateway import call_rows, verdicts
from pager_gateway.call import Call, Heard
from pager_gateway.ledger import CallRow, Ledger
from pager_gateway.pages import Pages
from pager_gateway.plan import PlanShelf
from pager_gateway.reports import Reports
from pager_gateway.setup import Identity
from pager_gateway.stand_in import Ring, Tell, Withdraw
from pager_gateway.stand_in import StandIn as Core
from pager_gateway.wall import WallClock

log = logging.getLogger(__name__)

LONGEST_S = 86_400


class Keeper:
    """`start` before anything else, then per group of events: `hear`, `act`, `rows`, and after the commit `speak`."""

    def __init__(
        self,
        identity: Identity,
        link: Link,
        ledger: Ledger,
        pages: Pages,
        wall: WallClock,
        new_id: Callable[[], UUID],
    ) -> None:
        self._identity = identity
        self._link = link
        self._ledger = ledger
        self._pages = pages
        self._wall = wall
        self._core = Core(new_id)
        self._shelf = PlanShelf(ledger)
        self._reports = Reports(identity, link)
        self._calls: dict[UUID, Call] = {}
        self._boots: dict[UUID, str] = {}
        self._saved: dict[UUID, tuple[int, bool]] = {}
        """Version and openness of each call as the ledger has it."""
        self._seen: list[tuple[UUID, PageState, Proof, ResultError | None, str | None]] = []
        """What pages came to since it was told to the stand-in."""
        self._words: list[Publication] = []

    def start(self) -> None:
        """Take up plan and calls; before the pages, whose ends belong to the calls."""
        self._pages.observe = self._observe
        self._core.plan = self._shelf.load()
        calls = []
        for row in self._ledger.calls():
            call = call_rows.from_row(row, self._identity.boot)
            calls.append(call)
            if row.open:
                self._adopt(call, row.boot)
                self._saved[call.id] = (call.changes, True)
        self._core.load((call for call in calls if not call.same_boot), of_this_boot=False)
        self._core.load((call for call in calls if call.same_boot), of_this_boot=True)

    def started(self) -> None:
        """The pages are taken up: what the ledger knows of them and a call does not."""
        for call in list(self._calls.values()):
            for page, rung in call.pages.items():
                if not rung.state.is_final and page not in self._pages.active:
                    self._look_up(page)

    def due(self) -> float | None:
        moments = (self._core.due(), self._reports.due())
        return min((moment for moment in moments if moment is not None), default=None)

    # From the broker

    def hear(self, received: Received, delivery: Delivery, now: float) -> None:
        message = received.message
        if isinstance(message, Press):
            self._press(message, received.device, delivery, now)
        elif isinstance(message, PressReceipt):
            self._wall.compare(message.at)
            self._core.receipt(message.id, now)
        elif isinstance(message, FallbackPlan):
            self._core.plan = self._shelf.take(message)
        elif isinstance(message, ReportReceipt):
            told = self._reports.receipt(message.id)
            if told is not None:
                self._calls[told.id] = told
        elif isinstance(message, DeviceStatus) and (received.kind, message.state) == (
            "s",
            DeviceState.ONLINE,
        ):
            self._reports.server_is_online(now)

    def connected(self, now: float) -> None:
        self._reports.connected(now)

    def _press(self, press: Press, device: str, delivery: Delivery, now: float) -> None:
        if press.kind is PressKind.UNDO and press.ref is not None:
            self._core.undo(device, press.ref)
        if press.kind is not PressKind.PRESS or press.purpose is not Purpose.CALL or not press.age_known:
            return
        if delivery.expiry_s is None and press.via is None:
            return  # the broker tells of none in the last second of a life: nobody knows how old it is
        held_s = 0 if delivery.expiry_s is None else max(0, press.exp_s - delivery.expiry_s)
        pressed_at = delivery.at - press.age_ms / 1000 - held_s
        expires_at = pressed_at + press.ttl_s
        if expires_at > now:
            heard = Heard(press.id, device, press.input, delivery.at, pressed_at, expires_at)
            self._core.press(heard)

    # What the stand-in wants

    def act(self, now: float) -> None:
        """Presses whose wait is over, and everything that follows from what was heard."""
        self._absorb(now)
        self._core.tick(now, self._wall.sure())
        while actions := self._core.actions():
            for action in actions:
                if isinstance(action, Ring):
                    self._ring(action, now)
                elif isinstance(action, Withdraw):
                    self._withdraw(action.page)
                else:
                    self._tell(action)
            self._absorb(now)

    def _observe(
        self, page: UUID, state: PageState, proof: Proof, error: ResultError | None, transmitter: str | None
    ) -> None:
        self._seen.append((page, state, proof, error, transmitter))

    def _absorb(self, now: float) -> None:
        seen, self._seen = self._seen, []
        for page, state, proof, error, transmitter in seen:
            self._core.page(page, state, proof, error, now, transmitter)

    def _ring(self, ring: Ring, now: float) -> None:
        call = ring.call
        if self._wall.synced():
            call.pressed_wall = self._wall.epoch() - (now - call.pressed_at)
        self._adopt(call, self._identity.boot)
        log.warning(
            "no receipt from the server: calling %d by the plan",
            len(call.pages),
            extra={"action": "stand_in.call", "press_id": str(call.press), "device": call.device},
        )
        for page, planned in ring.orders.items():
            entry = self._pages.active.get(page)
            if entry is not None:
                self._core.page(page, entry.state, entry.proof, entry.error, None, entry.transmitter)
            elif not self._look_up(page):
                self._enter(call, page, planned, now)

    def _enter(self, call: Call, page: UUID, planned: PlannedOrder, now: float) -> None:
        """A page like any other, but for attempt 0: no order has asked for it, so no result goes out."""
        order = PageOrder(
            page=page,
            attempt=1,
            incident=call.press,
            press=call.press,
            routes=planned.routes,
            format=planned.format,
            charset=planned.charset,
            body=planned.body,
            alert=planned.alert,
            exp_s=min(LONGEST_S, max(1, ceil(call.expires_at - now))),
        )
        entry = self._pages.enter(order, codec.encode(order), now, call.expires_at)
        entry.attempt = 0
        if entry.routes:
            self._pages.wait(entry, now)
        else:
            self._pages.finish(entry, PageState.FAILED, verdicts.NO_ROUTE)

    def _look_up(self, page: UUID) -> bool:
        """Whether the page is in the ledger already: by an order that came before its receipt was due, or before
        this process began. It is not transmitted again, whatever came of it."""
        row = self._pages.known(page)
        if row is None:
            return False
        proof, error = verdicts.said(row)
        self._core.page(page, row.state, proof, error, None, verdicts.sent_by(row))
        return True

    def _withdraw(self, page: UUID) -> None:
        entry = self._pages.active.get(page)
        if entry is not None and not entry.ordered and entry.state is PageState.HELD:
            self._pages.finish(entry, PageState.CANCELLED)

    def _tell(self, word: Tell) -> None:
        message = StandIn(press=word.press, input=word.input, state=word.state)
        self._words.append(codec.publication(STAND_IN, self._identity.store, "b", word.device, message))

    # To disk, then to the wire

    def rows(self, now: float) -> list[CallRow]:
        """Calls that changed since they were kept, for the commit that keeps their pages. What is over leaves memory
        with it, but for its report."""
        self._absorb(now)
        self._reports.drop(self._reports.idle())
        found = []
        for call in self._calls.values():
            is_open = self._reports.is_open(call)
            if self._saved.get(call.id) != (call.changes, is_open):
                boot = self._boots[call.id]
                found.append(call_rows.to_row(call, boot, self._wall.epoch(), is_open=is_open))
        return found

    def kept(self, rows: Iterable[CallRow]) -> None:
        """These rows are on the disk."""
        for row in rows:
            call = self._calls[row.id]
            self._saved[row.id] = (call.changes, row.open)
            if not row.open:
                del self._calls[row.id], self._boots[row.id], self._saved[row.id]

    def speak(self, now: float) -> None:
        """A word for a light that cannot leave now is not kept: the press comes again, and gets it again."""
        for publication in self._words:
            self._link.publish(publication)
        self._words.clear()
        self._reports.act(now, self._wall.epoch() if self._wall.synced() else None)

    def _adopt(self, call: Call, boot: str) -> None:
        self._calls[call.id] = call
        self._boots[call.id] = boot
        self._reports.keep(call)
