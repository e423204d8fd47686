"""A driver and a simulated MMDVM modem on one virtual line, with words for what happens there."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from broker_config.messages import PageState, ResultError
from pager_gateway.drivers.pocsag_mmdvm.driver import create
from pager_gateway.sender import (
    Batch,
    HealthReport,
    PageReport,
    Sender,
    SenderInput,
    SenderReport,
)
from pager_gateway.transmitter import Page, SubmitResult
from simulator.clock import FakeClock, VirtualLoop
from simulator.pager import Air
from simulator.transmitters.base import Seen, Trouble
from simulator.transmitters.mmdvm import MmdvmFaults, MmdvmHabits, MmdvmModem
from simulator.transmitters.virtual import VirtualTransmitter

T, F, U, E = PageState.TRANSMITTED, PageState.FAILED, PageState.UNKNOWN, PageState.EXPIRED
BAUD = 115_200
LONG = "FITTING ROOMS: PLEASE COME AT ONCE, A CUSTOMER WAITS THERE FOR HELP 12345"


class Line:
    """A driver and a modem on one line."""

    def __init__(
        self,
        habits: MmdvmHabits | None = None,
        faults: MmdvmFaults | None = None,
        *,
        up: bool = True,
        **mmdvm: Any,
    ) -> None:
        self.clock = FakeClock()
        self.air = Air()
        self.box = MmdvmModem(habits, faults, seed=3)
        self.wire = VirtualTransmitter(self.clock, self.box, self.air, baudrate=BAUD)
        self.seen: list[Seen] = []
        self.wire.observe(self.seen.append)
        self.reports: list[SenderReport] = []
        self.driver = create(mmdvm, BAUD)
        self._ended: dict[UUID, float] = {}
        sender = Sender("tx-1", self.driver, self.wire, self._report, self.clock.boot)
        self.loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self.clock)
        if up:
            self.wire.open(self.loop.put)
            self.clock.advance(3)

    def _report(self, report: SenderReport) -> None:
        self.reports.append(report)
        if isinstance(report, PageReport):
            self._ended.setdefault(report.result.page, self.clock.boot())

    def ended(self) -> dict[UUID, float]:
        """When the result of each page came."""
        return self._ended

    def trouble(self, kind: Trouble, amount: int = 1) -> None:
        self.box.trouble(kind, amount, self.clock.boot())

    def give(self, *pages: Page | str, lives_s: float = 100.0) -> list[UUID]:
        given = [
            Page(uuid4(), "1234567", page, expires_at=self.clock.boot() + lives_s)
            if isinstance(page, str)
            else page
            for page in pages
        ]
        self.loop.put(Batch(tuple(given)))
        return [page.id for page in given]

    def finals(self, pages: list[UUID]) -> list[SubmitResult]:
        found = []
        for page in pages:
            (one,) = [
                one.result
                for one in self.reports
                if isinstance(one, PageReport) and one.result.page == page and one.result.state.is_final
            ]
            found.append(one)
        return found

    def run(self, *pages: Page | str, seconds: float = 60.0) -> list[SubmitResult]:
        given = self.give(*pages)
        self.clock.advance(seconds)
        return self.finals(given)

    def states(self, *pages: Page | str, seconds: float = 60.0) -> list[PageState]:
        return [one.state for one in self.run(*pages, seconds=seconds)]

    def error(self, *pages: Page | str) -> ResultError:
        found = self.run(*pages)[0].error
        assert found is not None
        return found

    def texts(self) -> list[str]:
        return [page.text for pager in self.air.pagers() for page in pager.history]

    def sent(self, since: float = 0.0) -> list[str]:
        """What the modem heard of us: types of frames."""
        return [f"{one.data[2]:02X}" for one in self.seen if one.direction == "in" and one.at >= since]

    def health(self) -> tuple[str, str | None]:
        health = [one.health for one in self.reports if isinstance(one, HealthReport)][-1]
        return health.state, health.cause

    def carriers(self) -> list[int]:
        """Batches of each transmission."""
        return [one.batches for one in self.box.radio.history]
