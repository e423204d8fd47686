"""One transmitter on the bench: the gateway's own driver and sender, and the simulated box, on a line in real time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pager_gateway import registry
from pager_gateway.sender import Batch, HealthReport, PageReport, Sender, SenderInput, SenderReport
from pager_gateway.transmitter import Health, Page
from simulator.clock import Clock, VirtualLoop
from simulator.pager import Air
from simulator.transmitters import kinds
from simulator.transmitters.amounts import amounts
from simulator.transmitters.base import Seen, Trouble
from simulator.transmitters.kinds import KINDS, SLOW_LINE
from simulator.transmitters.virtual import VirtualTransmitter

GARBLED = 0.08


class Watcher(Protocol):
    """Who shows what happens on the bench. Called in the rig's thread."""

    def seen(self, driver: str, seen: Seen) -> None: ...

    def in_trouble(self, driver: str, found: dict[Trouble, int]) -> None: ...

    def healthy(self, driver: str, health: Health) -> None: ...

    def handed(self, driver: str, pages: Sequence[Page]) -> None:
        """They are given to the driver."""

    def came_of(self, driver: str, report: PageReport) -> None: ...


class BenchRig:
    """Everything in the thread of the clock."""

    def __init__(self, driver: str, clock: Clock, air: Air, watcher: Watcher, seed: int = 1) -> None:
        kind = KINDS[driver]
        self._name = driver
        self._clock = clock
        self._watcher = watcher
        self._seed = seed
        self._waiting: deque[Page] = deque()
        self._out: set[UUID] = set()
        """Pages of the batch that the driver has in hand."""
        self._told: dict[Trouble, int] = {}
        self._speed = kinds.speed(driver)
        self._driver = registry.find(driver)(dict(kind.demo), self._speed)
        self._box = kind.make(air.knows, seed, kind.demo)
        self._line = VirtualTransmitter(clock, self._box, air, baudrate=self._speed)
        self._line.observe(self._seen)
        sender = Sender(driver, self._driver, self._line, self._report, clock.boot)
        self._loop: VirtualLoop[SenderInput] = VirtualLoop(sender, clock)

    def open(self) -> None:
        self._loop.start()
        self._line.open(self._loop.put)

    def close(self) -> None:
        self._loop.stop()
        self._line.abandon()

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._out)

    def send(self, pages: Sequence[Page]) -> None:
        self._waiting.extend(pages)
        self._give()

    # Hands

    def plug(self, plugged: bool) -> None:
        if plugged:
            self._line.plug()
        else:
            self._line.unplug()

    def garble(self, garbled: bool) -> None:
        if garbled:
            self._line.garble(GARBLED, self._seed)
        else:
            self._line.clean()

    def slow(self, slow: bool) -> None:
        self._line.baudrate = SLOW_LINE if slow else self._speed

    def trouble(self, kind: Trouble, amount: int) -> None:
        """Raises KeyError for one that this kind of box cannot have."""
        self._line.do(lambda: self._box.trouble(kind, amount, self._clock.boot()))
        self._look()

    # Eyes

    def _seen(self, seen: Seen) -> None:
        self._watcher.seen(self._name, seen)
        self._look()

    def _look(self) -> None:
        found = amounts(self._name, self._box)
        if found != self._told:
            self._told = found
            self._watcher.in_trouble(self._name, found)

    def _report(self, report: SenderReport) -> None:
        if isinstance(report, HealthReport):
            self._watcher.healthy(self._name, report.health)
        elif isinstance(report, PageReport):
            self._watcher.came_of(self._name, report)
            if report.result.state.is_final:
                self._out.discard(report.result.page)
                self._give()

    def _give(self) -> None:
        """The next batch, when the last one is over: like the gateway."""
        if self._out or not self._waiting:
            return
        pages = [self._waiting.popleft() for _ in range(min(self._driver.batch, len(self._waiting)))]
        self._out = {page.id for page in pages}
        self._watcher.handed(self._name, pages)
        self._loop.put(Batch(tuple(pages)))
