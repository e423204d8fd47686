"""A button unit's core on a desk: a link that remembers, contacts and lights to look at, time by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from broker_config import codec
from broker_config.channels import BY_TAIL, Channel
from broker_config.link import Connected, Delivery, Disconnected, LinkEvent, Publication, Published, Sink
from broker_config.messages import (
    CommandName,
    DeviceState,
    DeviceStatus,
    Light,
    LightState,
    Message,
    PressReceipt,
    ReceiptResult,
)
from broker_config.renewal.core import Renews
from firmware_bridge.bridge import Bridge
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.intents import Intent
from firmware_bridge.light import Pattern, Shown
from firmware_bridge.outbox import Identity
from firmware_bridge.ports import Kept, KeptInMemory, Life, Plan, Ports
from firmware_bridge.spool import Spool

STORE, DEVICE, RUN = "s1", "b7", "00aa11bb"
BOOT = "11111111-1111-4111-8111-111111111111"
SERVER_RUN = "5e12ee00"
KEY = 3
"""The desk's staff key; it belongs to button 2."""
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class RecordingLink:
    """Takes everything while `up`; the test plays the broker."""

    def __init__(self) -> None:
        self.up = False
        self.sent: list[tuple[int, Publication]] = []
        self.settled: list[Delivery] = []
        self.handles = 0
        self.reconnects: list[str] = []

    @property
    def connected(self) -> bool:
        return self.up

    def open(self, sink: Sink) -> None: ...

    def publish(self, publication: Publication) -> int | None:
        if not self.up:
            return None
        if publication.qos == 0:
            self.sent.append((0, publication))
            return 0
        self.handles += 1
        self.sent.append((self.handles, publication))
        return self.handles

    def settle(self, delivery: Delivery) -> None:
        self.settled.append(delivery)

    def reconnect(self, reason: str) -> None:
        self.reconnects.append(reason)

    def close(self) -> None: ...


class Desk:
    """`advance` runs every due moment on the way, like a loop would."""

    def __init__(
        self,
        spool: Spool | None = None,
        boot: str = BOOT,
        now: float = 1_000.0,
        link: RecordingLink | None = None,
        kept: Kept | None = None,
        objection: Callable[[CommandName], str | None] | None = None,
        renews: Renews | None = None,
        **plan: Any,
    ) -> None:
        self.link = link or RecordingLink()
        self.spool = Spool(":memory:") if spool is None else spool
        self.now = now
        self.wall: datetime | None = AT
        self.levels = {1: False, 2: False, KEY: False}
        self.patterns: dict[int, Pattern] = {}
        self.log: list[tuple[str, object]] = []
        self.connections = 0
        self.tokens = 0
        self.ends = 0
        """How often the core ended its process."""
        life = Life() if objection is None else Life(objection, self._end)
        rng = Random(5)
        inputs = {number: Rules(lockout_s=0.3) for number in self.levels}
        plan.setdefault("keys", {KEY: 2})
        self.bridge = Bridge(
            Identity(STORE, DEVICE, RUN, boot, "1.0"),
            Plan(inputs, **plan),
            Ports(
                self.link,
                self.spool,
                self,
                self,
                uuid4,
                lambda: self.wall,
                rng.random,
                kept=KeptInMemory() if kept is None else kept,
                life=life,
                renews=renews,
            ),
            self.now,
        )

    # ports of the core

    def closed(self, input_number: int) -> bool:
        return self.levels[input_number]

    def show(self, input_number: int, pattern: Pattern) -> None:
        self.patterns[input_number] = pattern

    def _end(self) -> None:
        self.ends += 1

    # what a test does

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.bridge.due()) is not None and due <= until:
            step = max(due, self.now)
            if self.wall is not None:
                self.wall += timedelta(seconds=step - self.now)
            self.now = step
            self.bridge.handle((), self.now)
        if self.wall is not None:
            self.wall += timedelta(seconds=until - self.now)
        self.now = until

    def edge(self, closed: bool, number: int = 1) -> None:
        self.levels[number] = closed
        self.bridge.handle([Edge(number, closed, self.now)], self.now)

    def press(self, number: int = 1) -> None:
        """Push, be accepted, let go, and wait until the lock-out is over."""
        self.edge(True, number)
        self.advance(0.08)
        self.edge(False, number)
        self.advance(0.5)

    def lock_disk(self, locked: bool = True) -> None:
        """It can be read and takes nothing, as a disk does that the kernel has made read-only."""
        self.spool._disk.file._db.execute(f"PRAGMA query_only = {int(locked)}")

    def happens(self, *events: LinkEvent) -> None:
        self.bridge.handle(events, self.now)

    def means(self, *intents: Intent) -> None:
        """Somebody means it, however that was found out."""
        self.bridge.handle(intents, self.now)

    def connect(self) -> None:
        self.link.up = True
        self.connections += 1
        self.happens(Connected(self.connections, False, self.now))

    def disconnect(self) -> None:
        self.link.up = False
        self.happens(Disconnected(self.connections, "test", self.now))

    def answer(self, accepted: bool = True, reason: str = "ok") -> None:
        """The broker's word on every publish so far."""
        events = [Published(handle, accepted, reason, self.now) for handle, _ in self.link.sent]
        self.happens(*events)

    def deliver(
        self,
        channel: Channel,
        message: Message,
        *,
        device: str = DEVICE,
        kind: str = "b",
        retain: bool = False,
    ) -> Delivery:
        packet = codec.publication(channel, STORE, kind, device, message)
        return self.deliver_raw(packet.topic, packet.payload, retain=retain)

    def deliver_raw(self, topic: str, payload: bytes, *, retain: bool = False) -> Delivery:
        self.tokens += 1
        delivery = Delivery(topic, payload, 1, retain, False, 60, self.connections, self.tokens, self.now)
        self.happens(delivery)
        return delivery

    def receipt(self, press_id: UUID, result: ReceiptResult = ReceiptResult.STORED) -> None:
        self.deliver(BY_TAIL["b", "receipt"], PressReceipt(id=press_id, result=result, at=AT))

    def light(self, state: LightState, rev: int, *, run: str = SERVER_RUN, for_s: int | None = None) -> None:
        self.deliver(BY_TAIL["b", "light"], Light(input=1, run=run, rev=rev, state=state, for_s=for_s))

    def server(self, state: DeviceState, run: str = SERVER_RUN) -> None:
        """The server's status, as the broker tells it."""
        status = DeviceStatus(state=state, run=run, boot="beef", sw="1.0")
        self.deliver(BY_TAIL["s", "status"], status, device="srv", kind="s", retain=True)

    # what a test sees

    def shown(self, number: int = 1) -> Shown:
        return self.patterns[number].shown

    def sent(self, tail: str = "press") -> list[dict[str, Any]]:
        """Bodies that went out on a channel of this unit, in order; read without the production codec."""
        found = []
        for _, packet in self.link.sent:
            if packet.topic == f"rb/1/{STORE}/b/{DEVICE}/{tail}":
                found.append({**json.loads(packet.payload), "expiry": packet.expiry_s})
        return found

    def ids(self) -> list[UUID]:
        return [UUID(body["id"]) for body in self.sent()]
