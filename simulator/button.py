"""A whole button unit in virtual time: the real core on virtual contacts, under real verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from random import Random
from uuid import UUID

from broker_config.link import Link, LinkSetup
from broker_config.messages import PressKind, Purpose
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.buttons import ContactSet, EdgeSink
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.intents import Intent
from firmware_bridge.light import Pattern, Shown, level
from firmware_bridge.outbox import Identity
from firmware_bridge.ports import Plan, Ports
from firmware_bridge.setup import link_setup
from firmware_bridge.spool import Spool
from simulator.clock import FakeClock, VirtualLoop
from simulator.finger import Finger, tie_keys

HOST = "memory"


class VirtualContact:
    """A ButtonInput without a pin: edges at virtual moments."""

    def __init__(self, number: int, clock: Callable[[], float]) -> None:
        self.number = number
        self._clock = clock
        self._closed = False
        self._sink: EdgeSink | None = None

    def open(self, sink: EdgeSink) -> None:
        self._sink = sink
        sink(Edge(self.number, self._closed, self._clock()))

    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._sink = None

    def drive(self, closed: bool) -> None:
        if closed != self._closed:
            self._closed = closed
            if self._sink is not None:
                self._sink(Edge(self.number, closed, self._clock()))


class VirtualOutputs:
    """Remembers what every light shows, and every state that it went through."""

    def __init__(self) -> None:
        self.patterns: dict[int, Pattern] = {}
        self.history: list[tuple[float, int, Shown]] = []

    def show(self, input_number: int, pattern: Pattern) -> None:
        self.patterns[input_number] = pattern
        self.history.append((pattern.since, input_number, pattern.shown))

    def dark(self) -> None:
        self.patterns.clear()


class SimulatedUnit:
    """The real core of a button unit on the virtual clock. `link_factory` gives it a link of its broker.

    The spool survives `kill`, also when it is only in memory. `synced` says whether it trusts its wall clock.
    `keys`: inputs that are staff keys, each with its button; the others are buttons of whatever colour."""

    def __init__(
        self,
        clock: FakeClock,
        link_factory: Callable[[LinkSetup], Link],
        store: str,
        device: str,
        inputs: Sequence[int] | Mapping[int, Rules],
        spool_path: str = ":memory:",
        seed: int = 0,
        *,
        ttl_s: int = 120,
        password: str = "",
        synced: bool = True,
        keys: Mapping[int, int] | None = None,
    ) -> None:
        self.store, self.device, self.synced = store, device, synced
        self.outputs = VirtualOutputs()
        self._clock = clock
        self._link_factory = link_factory
        self._password = password
        self._path = spool_path
        self._rng = Random(f"{seed} {store}.{device}")  # noqa: S311
        rules = inputs if isinstance(inputs, Mapping) else {number: Rules() for number in inputs}
        self._plan = Plan(rules, ttl_s, keys=dict(keys or {}))
        self._boot_zero, self._boot = 0.0, self._new_boot()
        self._spool: Spool | None = None
        self._contacts = {number: VirtualContact(number, self.boot_clock) for number in rules}
        self._fingers = {
            number: Finger(
                contact.drive,
                clock.call_later,
                Random(self._rng.random()),  # noqa: S311
                None if number in self._plan.keys else partial(self._mean, number),
            )
            for number, contact in self._contacts.items()
        }
        tie_keys(self._fingers, self._plan.keys)
        self._loop: VirtualLoop[Event] | None = None
        self._link: Link | None = None
        self._bridge: Bridge | None = None
        self.start()

    def boot_clock(self) -> float:
        """This unit's own boot-time clock."""
        return self._clock.boot() - self._boot_zero

    def button(self, number: int = 1) -> Finger:
        return self._fingers[number]

    def light(self, number: int = 1) -> Shown:
        """The state that the button shows; a dead unit is dark."""
        pattern = self.outputs.patterns.get(number)
        return Shown.IDLE if pattern is None else pattern.shown

    def is_lit(self, number: int = 1) -> bool:
        """Whether the lamp gives light in this moment of its rhythm."""
        pattern = self.outputs.patterns.get(number)
        return pattern is not None and level(pattern.light, self.boot_clock() - pattern.since)

    def lights_seen(self, number: int = 1) -> list[Shown]:
        """Every state that the button has shown, in order."""
        return [shown for _, one, shown in self.outputs.history if one == number]

    @property
    def bridge(self) -> Bridge:
        assert self._bridge is not None, "the unit is not running"
        return self._bridge

    @property
    def link(self) -> Link:
        assert self._link is not None, "the unit is not running"
        return self._link

    @property
    def waiting(self) -> int:
        """Presses on the disk without a receipt."""
        return 0 if self._spool is None else len(self._spool)

    def start(self) -> None:
        """Power on, or the service manager's start."""
        if self._spool is None:
            self._spool = Spool(self._path)
        who = Identity(self.store, self.device, f"{self._rng.getrandbits(64):016x}", self._boot, "sim")
        self._link = self._link_factory(link_setup(who, HOST, 1, self._password))
        contacts = ContactSet(list(self._contacts.values()))
        ports = Ports(
            link=self._link,
            spool=self._spool,
            contacts=contacts,
            outputs=self.outputs,
            new_id=lambda: UUID(int=self._rng.getrandbits(128), version=4),
            wall=self._wall,
            jitter=self._rng.random,
        )
        self._bridge = Bridge(who, self._plan, ports, self.boot_clock())
        self._loop = VirtualLoop(self._bridge, self._clock, self.boot_clock)
        contacts.open(self._loop.put)
        self._link.open(self._loop.put)
        self._loop.start()

    def kill(self) -> None:
        """`kill -9`: nothing is said, nothing is tidied; the broker finds out by itself."""
        if self._loop is None:
            return
        self._loop.stop()
        for contact in self._contacts.values():
            contact.close()
        cut = getattr(self._link, "vanish", None)
        if cut is None:
            raise TypeError("this link cannot die without a farewell: it has no vanish()")
        cut()
        self._gone()

    def stop(self) -> None:
        """The service manager's stop."""
        if self._loop is None:
            return
        self._loop.stop()
        for contact in self._contacts.values():
            contact.close()
        self.bridge.stop()
        self.link.close()
        self._gone()

    def restart(self, *, reboot: bool = False) -> None:
        """Kill it if it runs, and start it again. `reboot`: the whole Pi, with a new boot-time clock."""
        self.kill()
        if reboot:
            self._boot_zero, self._boot = self._clock.boot(), self._new_boot()
        self.start()

    def _mean(self, number: int, kind: PressKind, purpose: Purpose) -> None:
        """At a unit without power nobody means anything."""
        if self._loop is not None:
            self._loop.put(Intent(number, kind, purpose))

    def _gone(self) -> None:
        self._loop = self._link = self._bridge = None
        self.outputs.dark()
        if self._spool is not None and self._path != ":memory:":
            self._spool.close()
            self._spool = None

    def _new_boot(self) -> str:
        return str(UUID(int=self._rng.getrandbits(128), version=4))

    def _wall(self) -> datetime | None:
        return self._clock.now() if self.synced else None
