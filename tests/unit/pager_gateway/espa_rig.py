"""A driver and a simulated paging system on one line, in virtual time."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from broker_config.messages import PageState
from pager_gateway.drivers.espa444.driver import create
from pager_gateway.sender import Batch, HealthReport, PageReport, Sender, SenderInput, SenderReport
from pager_gateway.transmitter import Page, SubmitResult
from simulator.clock import FakeClock, VirtualLoop
from simulator.pager import Air
from simulator.transmitters.base import Seen
from simulator.transmitters.espa444 import EspaFaults, EspaHabits, EspaPagingSystem
from simulator.transmitters.virtual import VirtualTransmitter


class EspaLine:
    def __init__(
        self, faults: EspaFaults | None = None, habits: EspaHabits | None = None, **settings: Any
    ) -> None:
        self.clock = FakeClock()
        self.air = Air()
        self.system = EspaPagingSystem(habits, faults, seed=3)
        self.faults = self.system.faults
        self.wire = VirtualTransmitter(self.clock, self.system, self.air)
        self.seen: list[Seen] = []
        self.wire.observe(self.seen.append)
        self.reports: list[SenderReport] = []
        self.driver = create(settings, 9600)
        sender = Sender("tx-1", self.driver, self.wire, self.reports.append, self.clock.boot)
        self.loop: VirtualLoop[SenderInput] = VirtualLoop(sender, self.clock)
        self.wire.open(self.loop.put)
        self.clock.advance(1)

    def give(self, body: str, seconds: float = 30.0, address: str = "123", **page: Any) -> UUID:
        made = Page(uuid4(), address, body, **page)
        self.loop.put(Batch((made,)))
        self.clock.advance(seconds)
        return made.id

    def run(self, *bodies: str, seconds: float = 30.0) -> list[PageState]:
        return [self.results(self.give(body, seconds))[0].state for body in bodies]

    def results(self, page: UUID) -> list[SubmitResult]:
        return [one.result for one in self.reports if isinstance(one, PageReport) and one.result.page == page]

    def health(self) -> tuple[str, str | None]:
        last = [one.health for one in self.reports if isinstance(one, HealthReport)][-1]
        return last.state, last.cause

    def texts(self) -> list[str]:
        return [page.text for pager in self.air.pagers() for page in pager.history]

    def said(self, why: str) -> int:
        return sum(one.why.startswith(why) for one in self.seen)

    def bytes_since(self, at: float) -> str:
        """What was on the line, as hexadecimal; `>` from the gateway, `<` to it."""
        signs = {"in": ">", "out": "<"}
        found = [one for one in self.seen if one.at >= at and one.direction in signs]
        return " ".join(f"{signs[one.direction]}{one.data.hex()}" for one in found)
