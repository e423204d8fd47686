"""A raw box on a real pty with the production port and sender thread: air time is real, and so is the cable."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config import machine
from broker_config.messages import PageFormat, PageState
from pager_gateway.drivers.pocsag_raw.driver import create
from pager_gateway.port import PortSettings
from pager_gateway.sender import Batch, HealthReport, PageReport, SenderReport
from pager_gateway.shell import SenderShell
from pager_gateway.transmitter import Page
from simulator.pager import Air
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.pocsag_raw import RawBox, RawHabits

pytestmark = pytest.mark.live
PATIENCE_S = 60.0
BAUD = 2400
ONE_BATCH_S = (576 + 544) / BAUD


class Running:
    def __init__(self, path: Path, reports: queue.SimpleQueue[SenderReport]) -> None:
        self._reports = reports
        self.shell = SenderShell(
            "tx-1",
            create({"baud": BAUD}, 38400),
            PortSettings(url=str(path), baudrate=38400, reopen_s=(0.05, 0.1)),
            reports.put,
            machine.boot_clock,
        )
        self.thread = threading.Thread(target=self.shell.loop.run)
        self.thread.start()
        self.shell.port.start()

    def health(self) -> HealthReport:
        while True:
            found = self._reports.get(timeout=PATIENCE_S)
            if isinstance(found, HealthReport):
                return found

    def finals(self, *pages: Page) -> dict[str, PageState]:
        """Hands over a batch and waits for the result of each."""
        self.shell.loop.put(Batch(pages))
        found: dict[str, PageState] = {}
        names = {page.id: page.address for page in pages}
        while len(found) < len(pages):
            report = self._reports.get(timeout=PATIENCE_S)
            if isinstance(report, PageReport):
                found[names[report.result.page]] = report.result.state
        return found

    def stop(self) -> None:
        self.shell.port.close()
        self.shell.loop.stop()
        self.thread.join(PATIENCE_S)


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def box(tmp_path: Path, air: Air) -> Iterator[PtyTransmitter]:
    made = PtyTransmitter(tmp_path / "tx-1", RawBox(RawHabits(baud=BAUD)), air, machine.boot_clock)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def sender(box: PtyTransmitter) -> Iterator[Running]:
    made = Running(box.path, queue.SimpleQueue())
    yield made
    made.stop()


def test_packed_pages_in_their_air_time_and_the_cable(sender: Running, box: PtyTransmitter, air: Air) -> None:
    assert sender.health().health.state == "ready"
    tone = Page(uuid4(), "1234000", "", PageFormat.TONE)
    digits = Page(uuid4(), "1234001", "42", PageFormat.NUMERIC)
    began = machine.boot_clock()
    assert set(sender.finals(tone, digits).values()) == {PageState.TRANSMITTED}
    assert machine.boot_clock() - began >= ONE_BATCH_S
    air.pager("1234001").expects("42")
    assert air.pager("1234000").expects("").alert == 2
    box.unplug()
    lost = sender.health().health
    assert lost.state == "dead"
    assert lost.cause
    assert sender.finals(digits) == {"1234001": PageState.FAILED}
    box.plug()
    assert sender.health().health.state == "ready"
    assert sender.finals(digits) == {"1234001": PageState.TRANSMITTED}
    air.pager("1234001").expects("42")
    air.assert_empty()
