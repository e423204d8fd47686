"""A driver and its simulated peer on a virtual line, and what is true of this pair that is not true of every pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from broker_config.messages import PageFormat, Proof
from pager_gateway import registry
from pager_gateway.sender import (
    AirReport,
    Batch,
    HealthReport,
    PageReport,
    ProbeReport,
    Sender,
    SenderInput,
    SenderReport,
)
from pager_gateway.transmitter import Joining, Page, Transmitter
from simulator.clock import FakeClock, VirtualLoop
from simulator.floor.explain import UNKNOWN, meaning
from simulator.pager import Air
from simulator.transmitters.base import Seen, Trouble, TroubledBox
from simulator.transmitters.kinds import KINDS
from simulator.transmitters.virtual import VirtualTransmitter

PATIENCE_S = 200.0
"""Every page has its final result by then, whatever the peer does."""
PROOFS = list(Proof)


@dataclass(frozen=True)
class Rig:
    """What the suite must know of a driver and its peer. The defaults fit a box that answers every page."""

    driver: str
    settings: dict[str, Any]
    box: Callable[[Air], TroubledBox]
    most_copies: int = 1
    """How often one page is on the air at most when replies get lost."""
    address: str = "1234001"
    heard_at: str | None = None
    """What the air calls that address; None: the same."""
    format: PageFormat = PageFormat.TEXT
    """Of the suite's ordinary pages."""
    body: Callable[[str], str] = str
    """The suite's words -> a body of that format, another one for other words."""
    shows: Callable[[str], str] = str
    """Body -> what the pager got."""
    digits: str = "12-3"
    receipts: bool = True
    """The peer says what came of a page. Without, a page is `transmitted` with proof `none` when its bytes are out."""
    watches: bool = True
    """It finds out by itself, between pages, that its peer fell silent."""
    air_time: bool = False
    """The driver says for how long its carrier is up."""
    baudrate: int = 9600
    calls_per_s: float = 1.7
    """While idle: some peers must be asked often how they are."""
    open_s: float = 2.0
    """From the port's opening until it can take a page."""
    noise: bytes = b"\x00\x7f~"
    """Bytes that mean nothing by themselves in what the peer says."""

    def create(self) -> Transmitter:
        return registry.find(self.driver)(self.settings, self.baudrate)


def _explains(seen: Seen) -> None:
    """Visitors of the simulated shop read what each byte means in their own language."""
    if seen.why and seen.direction != "air":
        assert meaning(seen.why).key != UNKNOWN, f"no translation in simulator/floor/locale: {seen.why!r}"


@dataclass
class Bench:
    rig: Rig
    clock: FakeClock = field(default_factory=FakeClock)
    air: Air = field(default_factory=Air)
    reports: list[SenderReport] = field(default_factory=list)
    ended: dict[UUID, float] = field(default_factory=dict)
    """When the first final result of each page came."""

    def __post_init__(self) -> None:
        self.driver = self.rig.create()
        self.box = self.rig.box(self.air)
        self.use(VirtualTransmitter(self.clock, self.box, self.air, baudrate=self.rig.baudrate))

    def use(self, line: VirtualTransmitter) -> None:
        """Another line, before anything happened on this one."""
        self.line = line
        if self.rig.driver in KINDS:
            line.observe(_explains)
        sender = Sender("tx-1", self.driver, self.line, self._report, self.clock.boot)
        self.loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self.clock)

    def _report(self, report: SenderReport) -> None:
        self.reports.append(report)
        if isinstance(report, PageReport) and report.result.state.is_final:
            self.ended.setdefault(report.result.page, self.clock.boot())

    # Hands

    def open(self, seconds: float | None = None) -> None:
        self.line.open(self.loop.put)
        self.clock.advance(self.rig.open_s if seconds is None else seconds)

    def can(self, trouble: Trouble) -> bool:
        return trouble in self.box.troubles

    def trouble(self, kind: Trouble, amount: int = 1) -> None:
        self.box.trouble(kind, amount, self.clock.boot())

    def silence(self) -> None:
        self.trouble(Trouble.SILENT, 1)

    def speak(self) -> None:
        self.trouble(Trouble.SILENT, 0)

    def page(self, words: str, *, lives_s: float = 100.0) -> Page:
        rig = self.rig
        expires_at = self.clock.boot() + lives_s
        return Page(uuid4(), rig.address, rig.body(words), rig.format, expires_at=expires_at)

    def give(self, *pages: Page) -> None:
        self.loop.put(Batch(pages))

    def submit(self, *pages: Page, seconds: float = PATIENCE_S) -> None:
        """By as many batches as the driver wants, like the gateway: the next when the last is over."""
        waiting = list(pages)
        until = self.clock.boot() + seconds
        while waiting or self.driver.busy:
            if waiting and not self.driver.busy:
                batch, waiting = tuple(waiting[: self.driver.batch]), waiting[self.driver.batch :]
                self.loop.put(Batch(batch))
            self.clock.advance(0.01)
            if self.clock.boot() > until:
                break

    # Eyes

    def results(self, page: Page) -> list[PageReport]:
        return [one for one in self.reports if isinstance(one, PageReport) and one.result.page == page.id]

    def final(self, page: Page) -> PageReport:
        """The first one that ends the page. Later ones bring better proof, or tell that the peer took its word back."""
        first, *later = [one for one in self.results(page) if one.result.state.is_final]
        ranks = [
            PROOFS.index(one.result.proof)
            for one in (first, *later)
            if one is first or one.result.error is None
        ]
        assert all(a < b for a, b in pairwise(ranks)), "a second result without better proof"
        return first

    def health(self) -> str:
        return next(
            (one.health.state for one in reversed(self.reports) if isinstance(one, HealthReport)), "unknown"
        )

    def answers(self) -> list[ProbeReport]:
        return [one for one in self.reports if isinstance(one, ProbeReport)]

    def carriers(self) -> list[AirReport]:
        return [one for one in self.reports if isinstance(one, AirReport)]

    @property
    def joins(self) -> bool:
        return isinstance(self.driver, Joining) and self.driver.joins

    def heard_at(self) -> str:
        return self.rig.heard_at or self.rig.address

    def texts(self) -> list[str]:
        return [page.text for pager in self.air.pagers() for page in pager.history]

    def shown(self, *pages: Page) -> list[str]:
        return [self.rig.shows(page.body) for page in pages]
