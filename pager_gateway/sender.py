"""One per transmitter: owns the driver and the line, and says when a page's first byte left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import UUID

from broker_config.messages import ResultError
from pager_gateway.transmitter import (
    AirTime,
    Cancelling,
    Health,
    Heard,
    Leaving,
    Page,
    Probed,
    Probing,
    Reopen,
    SubmitResult,
    Transmitter,
    Write,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages for this transmitter; the gateway sends the next only when these have their first final result, unless the
    transmitter takes pages into a transmission that is under way."""

    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class PortOpened:
    at: float


@dataclass(frozen=True, slots=True)
class PortLost:
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class PortBytes:
    data: bytes
    at: float


@dataclass(frozen=True, slots=True)
class ProbeNow:
    """Somebody asks whether the transmitter is there; a ProbeReport with this number is the answer."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class CancelPage:
    """Nobody wants this page any more, though the driver has it or had it: take it back if that can be done."""

    page: UUID


@dataclass(frozen=True, slots=True)
class Leave:
    """The process is about to end: say goodbye on the line."""


SenderInput: TypeAlias = Batch | PortOpened | PortLost | PortBytes | ProbeNow | CancelPage | Leave


@dataclass(frozen=True, slots=True)
class PageReport:
    """Sender to gateway: what is known of a page. `first_byte_at`: boot-time seconds, None if none was written."""

    transmitter: str
    result: SubmitResult
    first_byte_at: float | None


@dataclass(frozen=True, slots=True)
class HealthReport:
    transmitter: str
    health: Health
    at: float


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What came of a ProbeNow. `error` None: the transmitter answered. `asked_at`: when the question left."""

    transmitter: str
    number: int
    error: ResultError | None
    asked_at: float | None


@dataclass(frozen=True, slots=True)
class AirReport:
    """The transmitter's carrier is up from `at` on for about `seconds`."""

    transmitter: str
    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class HeardReport:
    """A code of somebody else's button came in over the air."""

    transmitter: str
    heard: Heard
    at: float


SenderReport: TypeAlias = PageReport | HealthReport | ProbeReport | AirReport | HeardReport

CANNOT_BE_ASKED = ResultError(
    code="no_probe", text="this kind cannot be asked without a page: give it a canary_address", retry=False
)


class Port(Protocol):
    """A line that mends itself. Its bytes and its ups and downs come to the sender as events."""

    def write(self, data: bytes) -> None:
        """Never raises: a line that is gone is a PortLost event."""

    def reopen(self, reason: str) -> None: ...


class Sender:
    """The core. `report` must only put into a queue; `clock` stamps the first byte of a page."""

    def __init__(
        self,
        transmitter: str,
        driver: Transmitter,
        port: Port,
        report: Callable[[SenderReport], None],
        clock: Callable[[], float],
    ) -> None:
        self._id = transmitter
        self._driver = driver
        self._port = port
        self._report = report
        self._clock = clock
        self._first_byte: dict[UUID, float] = {}
        self._probes: list[int] = []
        self._wrote_at: float | None = None
        self._asked_at: float | None = None

    def handle(self, events: Sequence[SenderInput], now: float) -> None:
        for event in events:
            self._take(event, now)
            self._act(now)
        due = self._driver.due()
        if due is not None and due <= now:
            self._driver.tick(now)
            self._act(now)

    def due(self) -> float | None:
        return self._driver.due()

    def _take(self, event: SenderInput, now: float) -> None:
        driver = self._driver
        if isinstance(event, Batch):
            driver.submit(event.pages, now)
        elif isinstance(event, PortBytes):
            driver.received(event.data, now)
        elif isinstance(event, PortOpened):
            driver.opened(now)
        elif isinstance(event, PortLost):
            driver.lost(event.reason, now)
        elif isinstance(event, ProbeNow):
            self._probe(event, now)
        elif isinstance(event, CancelPage):
            if isinstance(driver, Cancelling):
                driver.cancel(event.page, now)
        elif isinstance(driver, Leaving):
            driver.leave(now)

    def _probe(self, event: ProbeNow, now: float) -> None:
        if isinstance(self._driver, Probing):
            self._probes.append(event.number)
            self._driver.probe(now)
        else:
            self._report(ProbeReport(self._id, event.number, CANNOT_BE_ASKED, None))

    def _probed(self, answer: Probed) -> None:
        """One dialogue answers everybody who asked meanwhile; its question may have left before they did."""
        at = self._asked_at
        if at is None and answer.error is None:
            at = self._wrote_at
        for number in self._probes:
            self._report(ProbeReport(self._id, number, answer.error, at))
        self._probes.clear()
        self._asked_at = None

    def _act(self, now: float) -> None:
        for output in self._driver.outputs():
            if isinstance(output, Write):
                self._wrote_at = self._clock()
                if self._probes and self._asked_at is None:
                    self._asked_at = self._wrote_at
                if output.begins:
                    at = self._clock()
                    self._first_byte.update(dict.fromkeys(output.begins, at))
                self._port.write(output.data)
            elif isinstance(output, SubmitResult):
                first = self._first_byte.get(output.page)
                if output.state.is_final:
                    self._first_byte.pop(output.page, None)
                self._report(PageReport(self._id, output, first))
            elif isinstance(output, Reopen):
                self._port.reopen(output.reason)
            elif isinstance(output, Probed):
                self._probed(output)
            elif isinstance(output, AirTime):
                self._report(AirReport(self._id, output.seconds, now))
            elif isinstance(output, Heard):
                self._report(HeardReport(self._id, output, now))
            else:
                log.info(
                    "transmitter %s is %s: %s",
                    self._id,
                    output.state,
                    output.cause or "it answers",
                    extra={"action": "transmitter.health", "transmitter": self._id},
                )
                self._report(HealthReport(self._id, output, now))
