"""A gateway core on a virtual clock between the in-memory broker and simulated TAP terminals, and a server's hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from broker_config import codec
from broker_config.channels import CANCEL, COMMAND, ORDER, SETTINGS, STATUS, Role
from broker_config.link import Connected, Delivery, LinkEvent, LinkSetup, Publication, Subscription
from broker_config.messages import (
    Abilities,
    CommandName,
    DeviceState,
    DeviceStatus,
    Message,
    PageCancel,
    PageFormat,
    PageOrder,
    PageResult,
    PageState,
    Purpose,
    Route,
)
from broker_config.messages import Command as CommandMessage
from broker_config.messages import Settings as SettingsMessage
from broker_config.rights import User
from pager_gateway.airtime import AirLimits
from simulator.broker import MemoryBroker
from simulator.clock import FakeClock
from simulator.gateway import SimulatedGateway
from simulator.pager import Air
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from simulator.transmitters.virtual import VirtualTransmitter

STORE, GATEWAY, SERVER, UNIT = "shop", "gw-1", "srv", "b1"


class Rig:
    """`tx-1`, `tx-2` ...: TAP terminals that stay logged on. The server's link hears everything of the gateway."""

    def __init__(
        self,
        folder: Path,
        transmitters: int = 1,
        settings: dict[str, Any] | None = None,
        canary_addresses: dict[str, str] | None = None,
        limits: dict[str, AirLimits] | None = None,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.clock = FakeClock()
        roles = {GATEWAY: Role.KEEPER, SERVER: Role.SERVER, UNIT: Role.BUTTON}
        users = [User(STORE, name, role, "pw") for name, role in roles.items()]
        self.broker = MemoryBroker(self.clock, users)
        self.air = Air()
        names = [f"tx-{number}" for number in range(1, transmitters + 1)]
        self.terminals = {name: TapTerminal(TapHabits(t4_s=None), TapFaults()) for name in names}
        self.lines = {
            name: VirtualTransmitter(self.clock, terminal, self.air)
            for name, terminal in self.terminals.items()
        }
        tap = {"stay": True, **(settings or {})}
        self.gateway = SimulatedGateway(
            self.clock,
            self.broker.link,
            self.lines,
            folder / "ledger.sqlite",
            store=STORE,
            device=GATEWAY,
            password="pw",
            drivers=dict.fromkeys(names, tap),
            canary_addresses=canary_addresses,
            limits=limits,
        )
        self.heard: list[Message] = []
        self.arrivals: list[float] = []
        own = f"rb/1/{STORE}/g/{GATEWAY}/"
        tails = ("result", "abilities", "status", "telemetry", "cfg/state", "cmd/answer", "plan/report")
        self.server = self.broker.link(
            LinkSetup(
                client_id=f"{STORE}.{SERVER}",
                username=f"{STORE}.{SERVER}",
                password="pw",
                subscriptions=[Subscription(own + tail) for tail in tails],
            )
        )
        self.server.open(self._hear)
        self.clock.advance(0.1)

    def start(self) -> Rig:
        self.gateway.start()
        self.clock.advance(2)
        return self

    def _hear(self, event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            self.heard.append(codec.receive(event).message)
            self.arrivals.append(event.at)
            self.server.settle(event)
        elif isinstance(event, Connected):
            pass

    def say(self, channel: Any, message: Message) -> None:
        assert self.server.publish(codec.publication(channel, STORE, "g", GATEWAY, message)) is not None

    def page_order(
        self,
        body: str = "DAIRY",
        *,
        page: UUID | None = None,
        attempt: int = 1,
        routes: tuple[str, ...] = ("tx-1",),
        exp_s: int = 60,
        priority: int = 2,
        purpose: Purpose = Purpose.CALL,
        address: str = "1234001",
        format: PageFormat = PageFormat.TEXT,
    ) -> PageOrder:
        return PageOrder(
            page=page or uuid4(),
            attempt=attempt,
            incident=uuid4(),
            press=uuid4(),
            purpose=purpose,
            routes=[Route(transmitter=name, address=address) for name in routes],
            format=format,
            charset="ascii",
            body=body,
            priority=priority,
            exp_s=exp_s,
        )

    def order(self, body: str = "DAIRY", **values: Any) -> UUID:
        """Over the broker; values as in `page_order`."""
        order = self.page_order(body, **values)
        self.say(ORDER, order)
        return order.page

    def deliver(self, order: PageOrder, expiry_s: int | None) -> None:
        """As the broker hands over an order that it held for a while."""
        packet = codec.publication(ORDER, STORE, "g", GATEWAY, order)
        assert self.gateway.core is not None
        now = self.clock.boot()
        delivery = Delivery(packet.topic, packet.payload, 1, False, False, expiry_s, 1, 99_999, now)
        self.gateway.put(delivery)

    def cancel(self, page: UUID) -> None:
        self.say(CANCEL, PageCancel(page=page, reason="acknowledged"))

    def command(self, name: CommandName) -> None:
        self.say(COMMAND, CommandMessage(id=uuid4(), name=name))

    def settings(self, **values: Any) -> None:
        self.say(SETTINGS, SettingsMessage(**values))

    def server_is_online(self) -> None:
        status = DeviceStatus(state=DeviceState.ONLINE, run="beef", boot="cafe", sw="1")
        assert self.server.publish(codec.publication(STATUS, STORE, "s", SERVER, status)) is not None

    def raw(self, payload: bytes, tail: str = "order", *, retain: bool = False) -> None:
        assert (
            self.server.publish(Publication(f"rb/1/{STORE}/g/{GATEWAY}/{tail}", payload, 1, retain))
            is not None
        )

    def results(self, page: UUID) -> list[PageResult]:
        return [one for one in self.heard if isinstance(one, PageResult) and one.page == page]

    def states(self, page: UUID) -> list[PageState]:
        return [one.state for one in self.results(page)]

    def abilities(self) -> Abilities:
        return [one for one in self.heard if isinstance(one, Abilities)][-1]

    def texts(self) -> list[str]:
        found = [page for pager in self.air.pagers() for page in pager.history]
        return [page.text for page in sorted(found, key=lambda page: page.at)]
