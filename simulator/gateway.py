"""The real gateway in virtual time: its production core and senders, between a link and simulated transmitters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from broker_config.link import Link, LinkSetup
from pager_gateway import registry
from pager_gateway.gateway import Gateway, GatewayEvent
from pager_gateway.ledger import Ledger
from pager_gateway.sender import Sender, SenderInput
from pager_gateway.setup import Identity, link_setup
from pager_gateway.standby import Lane
from pager_gateway.wall import WallClock
from simulator.clock import FakeClock, VirtualLoop
from simulator.transmitters.virtual import VirtualTransmitter


class SimulatedGateway:
    """`link_factory` makes a link from a LinkSetup (MemoryBroker.link). `ledger` on disk survives `kill`.

    `drivers`: settings per transmitter id, with the driver's name under `driver` (default `tap`). `keeper`: it
    stands in for a silent server, if the broker knows its user as a keeper too."""

    def __init__(
        self,
        clock: FakeClock,
        link_factory: Callable[[LinkSetup], Link],
        transmitters: Mapping[str, VirtualTransmitter],
        ledger: Path | str,
        *,
        store: str = "shop",
        device: str = "gw-1",
        password: str = "",
        boot: str = "b001",
        drivers: Mapping[str, Mapping[str, Any]] | None = None,
        keeper: bool = True,
        canary_addresses: Mapping[str, str] | None = None,
    ) -> None:
        self._clock = clock
        self._link_factory = link_factory
        self._transmitters = transmitters
        self._ledger_path = ledger
        self._store, self._device, self._password = store, device, password
        self.boot = boot
        """Change it before `start` to play a reboot."""
        self._drivers = drivers or {}
        self._keeper = keeper
        self._canary_addresses = canary_addresses or {}
        self.synced = True
        """Whether it trusts its wall clock."""
        self._random = Random(f"{store}.{device}")  # noqa: S311
        self._starts = 0
        self._loops: list[VirtualLoop[SenderInput]] = []
        self._main: VirtualLoop[GatewayEvent] | None = None
        self._ledger: Ledger | None = None
        self.link: Link | None = None
        self.core: Gateway | None = None

    def start(self) -> None:
        """A new process. Nothing happens before the clock advances."""
        if self.core is not None:
            raise RuntimeError("the gateway is running")
        self._starts += 1
        identity = Identity(self._store, self._device, f"{self._starts:04x}", self.boot, keeper=self._keeper)
        self.link = link = self._link_factory(link_setup(identity, self._password))
        self._ledger = Ledger(self._ledger_path)
        reports: list[Callable[[GatewayEvent], None]] = []
        lanes: dict[str, Lane] = {}
        opens: list[tuple[VirtualTransmitter, VirtualLoop[SenderInput]]] = []
        for name, transmitter in self._transmitters.items():
            settings = dict(self._drivers.get(name, {}))
            driver = registry.find(str(settings.pop("driver", "tap")))(settings, 9600)
            sender = Sender(name, driver, transmitter, lambda report: reports[0](report), self._clock.boot)
            loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self._clock)
            abilities = driver.abilities.model_copy(update={"id": name})
            lanes[name] = Lane(abilities, driver.batch, loop.put, self._canary_addresses.get(name))
            opens.append((transmitter, loop))
            self._loops.append(loop)
        wall = WallClock(self._clock.epoch, lambda: self.synced)
        self.core = Gateway(identity, link, self._ledger, lanes, wall, self._new_id)
        self._main = VirtualLoop(self.core, self._clock)
        reports.append(self._main.put)
        self.core.start(self._clock.boot())
        self._main.start()
        link.open(self._main.put)
        for transmitter, loop in opens:
            transmitter.open(loop.put)

    def put(self, event: GatewayEvent) -> None:
        """Something happens to the core, past the link."""
        if self._main is not None:
            self._main.put(event)

    def kill(self) -> None:
        """As kill -9: not another statement runs; the broker finds out by itself."""
        link = self.link
        self._end()
        vanish = getattr(link, "vanish", None)
        if vanish is not None:
            vanish()
        elif link is not None:
            link.close()

    def stop(self) -> None:
        """As SIGTERM."""
        link = self.link
        self._end()
        if link is not None:
            link.close()

    def restart(self) -> None:
        self.kill()
        self.start()

    def _new_id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _end(self) -> None:
        for loop in self._loops:
            loop.stop()
        self._loops.clear()
        if self._main is not None:
            self._main.stop()
        for transmitter in self._transmitters.values():
            transmitter.abandon()
        if self._ledger is not None:
            self._ledger.close()
        self._main = self._ledger = self.core = self.link = None
