"""The server's core alone on a bench: a link that records, a virtual clock, real databases.

For what the engine does with its database and its timers; whole stories are told with `tests/shop.py`."""

from __future__ import annotations

import itertools
from typing import TypeVar
from uuid import UUID

from sqlmodel import select

from broker_config import channels
from broker_config.channels import Channel
from broker_config.codec import decode, publication
from broker_config.link import Connected, Delivery, Publication, Sink
from broker_config.messages import (
    CertificateRequest,
    Light,
    LightState,
    Message,
    PageOrder,
    PageResult,
    PageState,
    Press,
    PressReceipt,
    Proof,
)
from broker_config.topics import parse
from server.app import build_core
from server.channels_out.letter import Letter
from server.clock import SteadyClock
from server.db.connect import Database
from server.db.tables import Incident, Journal, Page, PressRow
from server.engine.core import ServerCore
from server.engine.events import Ask, Event, FromLink
from server.requests import Answer, Request
from simulator.clock import FakeClock, VirtualLoop
from tests.small_shop import STORE

M = TypeVar("M", bound=Message)


class RecordingLink:
    """Takes everything, says nothing by itself."""

    def __init__(self) -> None:
        self.connected = True
        self.published: list[Publication] = []
        self.settled: list[Delivery] = []
        self.reconnects: list[str] = []

    def open(self, sink: Sink) -> None:
        self.sink = sink

    def publish(self, publication: Publication) -> int | None:
        if not self.connected:
            return None
        self.published.append(publication)
        return len(self.published)

    def settle(self, delivery: Delivery) -> None:
        self.settled.append(delivery)

    def reconnect(self, reason: str) -> None:
        self.reconnects.append(reason)

    def close(self) -> None:
        self.connected = False

    def messages(self, channel: Channel, model: type[M]) -> list[M]:
        """Everything published on a channel so far, oldest first."""
        return [
            decode(model, one.payload, channel.max_bytes)
            for one in self.published
            if channels.BY_TAIL.get((parse(one.topic).kind, parse(one.topic).tail)) is channel
        ]


class EngineBox:
    def __init__(self, db: Database, *, watch: bool = False) -> None:
        self.db = db
        self.watch = watch
        """Whether it looks if everything works."""
        self.time = FakeClock()
        self.link = RecordingLink()
        self.rings: list[int] = []
        self.letters: list[Letter] = []
        self._tokens = itertools.count(1)
        self._presses = itertools.count(1)
        self._results = itertools.count(1)
        self._entropy = itertools.count(1)
        self.renewals: list[tuple[str, str, CertificateRequest]] = []
        self.start()

    def start(self) -> None:
        """A new process on the same database."""
        self.core: ServerCore = build_core(
            db=self.db,
            links={STORE: self.link},
            own={STORE: "srv"},
            run="abcd1234",
            clock=SteadyClock(self.time.boot, self.time.now),
            entropy=lambda size: next(self._entropy).to_bytes(size, "big"),
            ring=lambda _, journal: self.rings.append(journal),
            post=self.letters.append,
            watch=self.watch,
            renew=lambda *asked: self.renewals.append(asked),
        )
        self.loop: VirtualLoop[Event] = VirtualLoop(self.core, self.time)
        self.loop.put(FromLink(STORE, Connected(1, False, self.time.boot())))
        self.time.advance(0)

    def close(self) -> None:
        self.loop.stop()
        self.core.close()

    def restart(self) -> None:
        self.close()
        self.start()

    def deliver(self, packet: Publication, *, dup: bool = False, retain: bool = False) -> Delivery:
        """Put a packet before the core; it is dealt with when time goes on (or at once with `run`)."""
        delivery = Delivery(
            packet.topic,
            packet.payload,
            packet.qos,
            retain,
            dup,
            packet.expiry_s,
            1,
            next(self._tokens),
            self.time.boot(),
        )
        self.loop.put(FromLink(STORE, delivery))
        return delivery

    def press(self, device: str = "b1", number: int = 1, *, run: bool = True, **fields: object) -> Press:
        made = self.make_press(number, **fields)
        self.deliver(publication(channels.PRESS, STORE, "b", device, made))
        if run:
            self.time.advance(0)
        return made

    def make_press(self, number: int = 1, **fields: object) -> Press:
        seq = next(self._presses)
        values = {
            "id": UUID(int=seq << 64 | 0x4000 << 48 | 0x8000),
            "run": "aa11",
            "boot": "bb22",
            "seq": seq,
            "input": number,
            "age_ms": 5,
            "ttl_s": 120,
            "exp_s": 120,
            "sw": "test",
        }
        return Press.model_validate({**values, **fields}, strict=False)

    def result(self, order: PageOrder, state: PageState, gateway: str = "g1") -> None:
        proof = Proof.ACCEPTED if state is PageState.TRANSMITTED else Proof.NONE
        said = PageResult(
            page=order.page,
            attempt=order.attempt,
            seq=next(self._results),
            transmitter="t1",
            state=state,
            proof=proof,
        )
        self.deliver(publication(channels.RESULT, STORE, "g", gateway, said))
        self.time.advance(0)

    def ask(self, request: Request) -> Answer | None:
        found: list[Answer | None] = []
        self.loop.put(Ask(request, found.append))
        self.time.advance(0)
        return found[0]

    # what it said
    @property
    def orders(self) -> list[PageOrder]:
        return self.link.messages(channels.ORDER, PageOrder)

    @property
    def receipts(self) -> list[PressReceipt]:
        return self.link.messages(channels.RECEIPT, PressReceipt)

    @property
    def lights(self) -> list[LightState]:
        return [one.state for one in self.link.messages(channels.LIGHT, Light)]

    def addresses(self) -> list[str]:
        return [order.routes[0].address for order in self.orders]

    # what it wrote
    def incidents(self) -> list[Incident]:
        with self.db.reading() as session:
            return list(session.exec(select(Incident).order_by(Incident.number)))  # type: ignore[arg-type]

    def presses(self) -> list[PressRow]:
        with self.db.reading() as session:
            return list(session.exec(select(PressRow).order_by(PressRow.seq)))  # type: ignore[arg-type]

    def pages(self) -> list[Page]:
        with self.db.reading() as session:
            return list(session.exec(select(Page).order_by(Page.created_at)))  # type: ignore[arg-type]

    def actions(self) -> list[str]:
        with self.db.reading() as session:
            return [row.action for row in session.exec(select(Journal).order_by(Journal.id))]  # type: ignore[arg-type]
