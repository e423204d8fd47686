"""A whole button unit in virtual time: the real core on virtual contacts, under real verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from broker_config.credentials import Credentials
from broker_config.link import Link, LinkSetup
from broker_config.messages import CommandName
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.buttons import ContactSet, EdgeSink
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.health import TELEMETRY_S
from firmware_bridge.light import Pattern, Shown, level
from firmware_bridge.outbox import Identity
from firmware_bridge.ports import Kept, KeptInMemory, Life, Plan, Ports
from firmware_bridge.pulse import LOOK_S
from firmware_bridge.setup import link_setup
from firmware_bridge.spool import Spool
from simulator.broker_link import in_memory
from simulator.clock import FakeClock, Timer, VirtualLoop
from simulator.finger import Finger, tie_keys

HOST = "memory"
COMES_BACK_S = 2.0
"""How long the service manager waits before it starts a unit that ended by itself."""


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
        self.watchers: list[Callable[[int, Shown], None]] = []
        """Told of every change of what a button shows."""

    def show(self, input_number: int, pattern: Pattern) -> None:
        before = self.patterns.get(input_number)
        self.patterns[input_number] = pattern
        if before is None or (before.shown, before.since) != (pattern.shown, pattern.since):
            self.history.append((pattern.since, input_number, pattern.shown))
            for watcher in self.watchers:
                watcher(input_number, pattern.shown)

    def dark(self) -> None:
        self.patterns.clear()


class SimulatedUnit:
    """The real core of a button unit on the virtual clock. `link_factory` gives it a link of its broker.

    The spool survives `kill`, also when it is only in memory. `synced` says whether it trusts its wall clock, which is
    `wrong_by` so much.
    `keys`: inputs that are staff keys, each with its button; the others are buttons of whatever colour.
    `password_file`: what stands in its file, read at each start. `kept`: the small files of its data folder."""

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
        kept: Kept | None = None,
        look_s: float = LOOK_S,
        telling_s: float = TELEMETRY_S,
    ) -> None:
        self.store, self.device, self.synced = store, device, synced
        self.password_file = self._password = password
        self.kept = KeptInMemory() if kept is None else kept
        self.wrong_by = timedelta()
        self.outputs = VirtualOutputs()
        self._clock = clock
        self._link_factory = link_factory
        self._path = spool_path
        self._rng = Random(f"{seed} {store}.{device}")  # noqa: S311
        rules = inputs if isinstance(inputs, Mapping) else {number: Rules() for number in inputs}
        self._plan = Plan(rules, ttl_s, keys=dict(keys or {}), telemetry_s=telling_s)
        self._look_s = look_s
        self._boot_zero, self._boot = 0.0, self._new_boot()
        self._spool: Spool | None = None
        self._contacts = {number: VirtualContact(number, self.boot_clock) for number in rules}
        self._fingers = {
            number: Finger(
                contact.drive,
                clock.call_later,
                Random(self._rng.random()),  # noqa: S311
            )
            for number, contact in self._contacts.items()
        }
        tie_keys(self._fingers, self._plan.keys)
        self._loop: VirtualLoop[Event] | None = None
        self._link: Link | None = None
        self._bridge: Bridge | None = None
        self._comes_back: Timer | None = None
        self.starts = self.standstills = 0
        self.at_end: Callable[[], None] = lambda: None
        """Called when its process is about to end, in whatever way."""
        self.made: dict[UUID, float] = {}
        """The presses of this unit by their ids: when each was understood, by the world's boot time."""
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
    def running(self) -> bool:
        """Also while it stands still."""
        return self._loop is not None

    @property
    def last_seq(self) -> int:
        """The highest number that a press of it got."""
        return 0 if self._spool is None else self._spool.last_seq

    @property
    def waiting(self) -> int:
        """Presses on the disk without a receipt."""
        return 0 if self._spool is None else len(self._spool)

    def start(self) -> None:
        """Power on, or the service manager's start."""
        self._stay()
        self._password = self.password_file
        self.starts += 1
        if self._spool is None:
            self._spool = Spool(self._path)
        who = Identity(self.store, self.device, f"{self._rng.getrandbits(64):016x}", self._boot, "sim")
        self._link = self._link_factory(link_setup(who, HOST, 1, Credentials(self._password)))
        contacts = ContactSet(list(self._contacts.values()))
        ports = Ports(
            link=self._link,
            spool=self._spool,
            contacts=contacts,
            outputs=self.outputs,
            new_id=self._new_id,
            wall=self._wall,
            jitter=self._rng.random,
            kept=self.kept,
            life=Life(self._objection, self._end_soon),
            look_s=self._look_s,
        )
        self._bridge = Bridge(who, self._plan, ports, self.boot_clock())
        self._loop = VirtualLoop(self._bridge, self._clock, self.boot_clock)
        contacts.open(self._loop.put)
        self._link.open(self._loop.put)
        self._loop.start()

    def kill(self) -> None:
        """`kill -9`: nothing is said, nothing is tidied; the broker finds out by itself."""
        self._stay()
        if self._loop is None:
            return
        self.at_end()
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
        self._stay()
        if self._loop is None:
            return
        self.at_end()
        self._loop.stop()
        for contact in self._contacts.values():
            contact.close()
        self.bridge.stop()
        self.link.close()
        self._gone()

    def freeze(self) -> None:
        """As SIGSTOP. What hands do meanwhile waits in the kernel, its lights stay as they are."""
        if self._loop is not None:
            self.standstills += 1
            self._loop.freeze()
            in_memory(self.link).freeze()

    def thaw(self) -> None:
        if self._loop is not None:
            in_memory(self.link).thaw()
            self._loop.thaw()

    def restart(self, *, reboot: bool = False) -> None:
        """Kill it if it runs, and start it again. `reboot`: the whole Pi, with a new boot-time clock."""
        self.kill()
        if reboot:
            self._boot_zero, self._boot = self._clock.boot(), self._new_boot()
        self.start()

    def _end_soon(self) -> None:
        """Not in the middle of its own turn."""
        self._clock.call_later(0.0, self._end)

    def _end(self) -> None:
        """It ended by itself: whoever looks after it starts it anew."""
        if self._loop is not None:
            self.stop()
            self._comes_back = self._clock.call_later(COMES_BACK_S, self.start)

    def _stay(self) -> None:
        if self._comes_back is not None:
            self._comes_back.cancel()
            self._comes_back = None

    def _objection(self, command: CommandName) -> str | None:
        if command is CommandName.ROTATE and self.password_file == self._password:
            return "there is no new password"
        return None

    def _gone(self) -> None:
        self._loop = self._link = self._bridge = None
        self.outputs.dark()
        if self._spool is not None and self._path != ":memory:":
            self._spool.close()
            self._spool = None

    def _new_id(self) -> UUID:
        found = UUID(int=self._rng.getrandbits(128), version=4)
        self.made[found] = self._clock.boot()
        return found

    def _new_boot(self) -> str:
        return str(UUID(int=self._rng.getrandbits(128), version=4))

    def _wall(self) -> datetime | None:
        return self._clock.now() + self.wrong_by if self.synced else None
