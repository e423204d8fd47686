"""A whole gateway between the in-memory broker and simulated transmitters of any kind, and a server's hand, in virtual
time."""

from __future__ import annotations

from uuid import UUID, uuid4

from broker_config import codec
from broker_config.channels import CANCEL, ORDER, Role
from broker_config.link import Delivery, LinkEvent, LinkSetup, Subscription
from broker_config.messages import (
    Abilities,
    PageCancel,
    PageFormat,
    PageOrder,
    PageResult,
    PageState,
    Purpose,
    Route,
    TransmitterAbilities,
)
from broker_config.rights import User
from pager_gateway.airtime import AirLimits
from simulator.broker import MemoryBroker
from simulator.clock import FakeClock
from simulator.gateway import MEMORY, SimulatedGateway
from simulator.pager import Air
from simulator.transmitters.base import Trouble, TroubledBox
from simulator.transmitters.virtual import VirtualTransmitter
from tests.conformance.rigs import RIGS

STORE, GATEWAY, SERVER = "shop", "gw-1", "srv"


class GatewayBench:
    """`tx-1`, `tx-2` ... are of the kinds of these rigs. Each has its own air: who heard a page tells who sent it."""

    def __init__(
        self, *rigs: str, ceiling_s_per_h: int | None = None, canary_address: str | None = None
    ) -> None:
        """`ceiling_s_per_h`, `canary_address`: of the first."""
        self.clock = FakeClock()
        roles = {GATEWAY: Role.GATEWAY, SERVER: Role.SERVER}
        self.broker = MemoryBroker(
            self.clock, [User(STORE, name, role, "pw") for name, role in roles.items()]
        )
        self.names = [f"tx-{number}" for number, _ in enumerate(rigs, 1)]
        self.rigs = {name: RIGS[rig]() for name, rig in zip(self.names, rigs, strict=True)}
        self.rig = self.rigs["tx-1"]
        self.airs = {name: Air() for name in self.names}
        self.boxes: dict[str, TroubledBox] = {
            name: rig.box(self.airs[name]) for name, rig in self.rigs.items()
        }
        self.lines = {
            name: VirtualTransmitter(self.clock, self.boxes[name], self.airs[name], baudrate=rig.baudrate)
            for name, rig in self.rigs.items()
        }
        self.gateway = SimulatedGateway(
            self.clock,
            self.broker.link,
            self.lines,
            MEMORY,
            store=STORE,
            device=GATEWAY,
            password="pw",
            drivers={name: {**rig.settings, "driver": rig.driver} for name, rig in self.rigs.items()},
            limits={"tx-1": AirLimits(ceiling_s_per_h)},
            canary_addresses={} if canary_address is None else {"tx-1": canary_address},
            keeper=False,
        )
        self.said: dict[UUID, list[PageResult]] = {}
        self.abilities: list[Abilities] = []
        own = f"rb/1/{STORE}/g/{GATEWAY}/"
        self.server = self.broker.link(
            LinkSetup(
                client_id=f"{STORE}.{SERVER}",
                username=f"{STORE}.{SERVER}",
                password="pw",
                subscriptions=[Subscription(own + tail) for tail in ("result", "abilities")],
            )
        )
        self.server.open(self._hear)
        self.clock.advance(0.1)

    def _hear(self, event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            message = codec.receive(event).message
            if isinstance(message, PageResult):
                self.said.setdefault(message.page, []).append(message)
            elif isinstance(message, Abilities):
                self.abilities.append(message)
            self.server.settle(event)

    # Hands

    def start(self) -> GatewayBench:
        self.gateway.start()
        self.clock.advance(max(rig.open_s for rig in self.rigs.values()) + 0.5)
        return self

    def order(
        self,
        words: str,
        page: UUID | None = None,
        *,
        exp_s: int = 600,
        priority: int = 2,
        address: str | None = None,
    ) -> UUID:
        """To all transmitters, in their order; `address` None: that of their rigs."""
        order = PageOrder(
            page=page or uuid4(),
            attempt=1,
            incident=uuid4(),
            press=uuid4(),
            routes=[
                Route(transmitter=name, address=address or rig.address) for name, rig in self.rigs.items()
            ],
            format=self.rig.format,
            charset="ascii",
            body=self.rig.body(words),
            priority=priority,
            exp_s=exp_s,
        )
        assert self.server.publish(codec.publication(ORDER, STORE, "g", GATEWAY, order)) is not None
        return order.page

    def canary(self) -> UUID:
        """As the server sends one, whatever hangs on the line."""
        order = PageOrder(
            page=uuid4(),
            attempt=1,
            incident=uuid4(),
            press=uuid4(),
            purpose=Purpose.CANARY,
            routes=[Route(transmitter="tx-1", address="0")],
            format=PageFormat.TEXT,
            charset="ascii",
            body="CANARY",
            priority=3,
            exp_s=60,
        )
        assert self.server.publish(codec.publication(ORDER, STORE, "g", GATEWAY, order)) is not None
        return order.page

    def cancel(self, page: UUID) -> None:
        message = PageCancel(page=page, reason="acknowledged")
        assert self.server.publish(codec.publication(CANCEL, STORE, "g", GATEWAY, message)) is not None

    def trouble(self, kind: Trouble, amount: int = 1, name: str = "tx-1") -> None:
        self.boxes[name].trouble(kind, amount, self.clock.boot())

    def until_final(self, *pages: UUID, seconds: float = 200.0) -> None:
        until = self.clock.boot() + seconds
        while not all(self.final(page) for page in pages) and self.clock.boot() < until:
            self.clock.advance(0.2)

    # Eyes

    def results(self, page: UUID) -> list[PageResult]:
        return self.said.get(page, [])

    def state(self, page: UUID) -> PageState | None:
        said = self.results(page)
        return said[-1].state if said else None

    def final(self, page: UUID) -> bool:
        state = self.state(page)
        return state is not None and state.is_final

    def told(self, name: str = "tx-1") -> TransmitterAbilities:
        """What the server was told of a transmitter last."""
        return next(one for one in self.abilities[-1].transmitters if one.id == name)

    def texts(self, *names: str) -> list[str]:
        """What the pagers of these transmitters (of all) got."""
        return [
            page.text
            for name in names or self.names
            for pager in self.airs[name].pagers()
            for page in pager.history
        ]

    def shown(self, words: str) -> str:
        return self.rig.shows(self.rig.body(words))
