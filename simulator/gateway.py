"""The real gateway in virtual time: its production core and senders, between a link and simulated transmitters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from broker_config.credentials import Credentials
from broker_config.link import Link, LinkSetup
from pager_gateway import registry
from pager_gateway.airtime import AirLimits
from pager_gateway.gateway import TELLING_S, Gateway, GatewayEvent
from pager_gateway.ledger import Ledger
from pager_gateway.sender import Sender, SenderInput
from pager_gateway.setup import Identity, link_setup
from pager_gateway.standby import Lane
from pager_gateway.transmitter import Joining
from pager_gateway.wall import WallClock
from simulator.broker_link import in_memory
from simulator.clock import FakeClock, VirtualLoop
from simulator.transmitters.virtual import VirtualTransmitter

MEMORY = ":memory:"


class SimulatedGateway:
    """`link_factory` makes a link from a LinkSetup (MemoryBroker.link). `ledger` survives `kill`, also in memory.

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
        limits: Mapping[str, AirLimits] | None = None,
        telling_s: float = TELLING_S,
        seed: int = 0,
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
        self._limits = limits or {}
        self._telling_s = telling_s
        self.synced = True
        """Whether it trusts its wall clock."""
        self._random = Random(f"{seed} {store}.{device}")  # noqa: S311
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
        self.link = link = self._link_factory(link_setup(identity, Credentials(self._password)))
        if self._ledger is None:
            self._ledger = Ledger(self._ledger_path)
        reports: list[Callable[[GatewayEvent], None]] = []
        lanes: dict[str, Lane] = {}
        opens: list[tuple[VirtualTransmitter, VirtualLoop[SenderInput]]] = []
        for name, transmitter in self._transmitters.items():
            settings = dict(self._drivers.get(name, {}))
            create = registry.find(str(settings.pop("driver", "tap")))
            driver = create(settings, transmitter.baudrate or 9600)
            sender = Sender(name, driver, transmitter, lambda report: reports[0](report), self._clock.boot)
            loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self._clock)
            abilities = driver.abilities.model_copy(update={"id": name})
            canary, limits = self._canary_addresses.get(name), self._limits.get(name, AirLimits())
            joins = isinstance(driver, Joining) and driver.joins
            lanes[name] = Lane(abilities, driver.batch, loop.put, canary, limits, joins=joins)
            opens.append((transmitter, loop))
            self._loops.append(loop)
        wall = WallClock(self._clock.epoch, lambda: self.synced)
        self.core = Gateway(identity, link, self._ledger, lanes, wall, self._new_id, self._telling_s)
        self._main = VirtualLoop(self.core, self._clock)
        reports.append(self._main.put)
        self.core.start(self._clock.boot())
        self._main.start()
        link.open(self._main.put)
        for transmitter, loop in opens:
            transmitter.open(loop.put)

    @property
    def running(self) -> bool:
        """Also while it stands still."""
        return self._main is not None

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

    def freeze(self) -> None:
        """As SIGSTOP. What the transmitter says meanwhile waits in the kernel."""
        if self._main is not None and self.link is not None:
            self._main.freeze()
            for loop in self._loops:
                loop.freeze()
            in_memory(self.link).freeze()

    def thaw(self) -> None:
        if self._main is not None and self.link is not None:
            in_memory(self.link).thaw()
            self._main.thaw()
            for loop in self._loops:
                loop.thaw()

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
        if self._ledger is not None and self._ledger_path != MEMORY:
            self._ledger.close()
            self._ledger = None
        self._main = self.core = self.link = None
