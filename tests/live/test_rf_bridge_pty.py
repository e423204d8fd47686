"""An RF bridge on a real pty with the production port and sender: air time is real, so are a push and the cable."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from broker_config import machine
from broker_config.messages import PageFormat, PageState, Proof
from pager_gateway.drivers.rf_bridge.driver import create
from pager_gateway.port import PortSettings
from pager_gateway.sender import Batch, HealthReport, HeardReport, PageReport, SenderReport
from pager_gateway.shell import SenderShell
from pager_gateway.transmitter import Heard, Page, SubmitResult
from simulator.pager import Air
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.rf_bridge import RfBridge
from simulator.watch import ForeignButton, Watch

pytestmark = pytest.mark.live
PATIENCE_S = 60.0
AIR_S = 0.32768
Report = TypeVar("Report", bound=SenderReport)


class Running:
    def __init__(self, path: Path) -> None:
        self._reports: queue.SimpleQueue[SenderReport] = queue.SimpleQueue()
        self.shell = SenderShell(
            "rf-1",
            create({}, 19200),
            PortSettings(url=str(path), baudrate=19200, reopen_s=(0.05, 0.1)),
            self._reports.put,
            machine.boot_clock,
        )
        self.thread = threading.Thread(target=self.shell.loop.run)
        self.thread.start()
        self.shell.port.start()

    def next(self, kind: type[Report]) -> Report:
        while True:
            found = self._reports.get(timeout=PATIENCE_S)
            if isinstance(found, kind):
                return found

    def send(self, code: str) -> SubmitResult:
        self.shell.loop.put(Batch((Page(uuid4(), "7", code, PageFormat.CODE),)))
        return self.next(PageReport).result

    def stop(self) -> None:
        self.shell.port.close()
        self.shell.loop.stop()
        self.thread.join(PATIENCE_S)


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def line(tmp_path: Path, air: Air) -> Iterator[PtyTransmitter]:
    made = PtyTransmitter(tmp_path / "rf-1", RfBridge(), air, machine.boot_clock, baudrate=19200)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def sender(line: PtyTransmitter) -> Iterator[Running]:
    made = Running(line.path)
    yield made
    made.stop()


def test_a_watch_a_foreign_button_and_the_cable(sender: Running, line: PtyTransmitter, air: Air) -> None:
    assert sender.next(HealthReport).health.state == "ready"
    watch = Watch(air)
    watch.learn(12)
    began = machine.boot_clock()
    assert sender.send("123451").proof is Proof.ON_AIR
    assert machine.boot_clock() - began >= AIR_S
    assert not watch.learning
    assert sender.send("123451").state is PageState.TRANSMITTED
    watch.expects(12)
    assert isinstance(line.box, RfBridge)
    ForeignButton("A1B2C8", air, machine.boot_clock, [(line, line.box)], te_us=341).push()
    assert sender.next(HeardReport).heard == Heard("A1B2C8", 341)
    line.unplug()
    lost = sender.next(HealthReport).health
    assert lost.state == "dead"
    assert lost.cause
    assert sender.send("123451").state is PageState.FAILED
    line.plug()
    assert sender.next(HealthReport).health.state == "ready"
    assert sender.send("123451").state is PageState.TRANSMITTED
    watch.expects(12)
    watch.expects_nothing()
