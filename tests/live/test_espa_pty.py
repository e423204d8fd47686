"""ESPA 4.4.4 over a real pty with the production port and sender thread: a page end to end, in both roles."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config import machine
from broker_config.messages import PageState, Proof
from pager_gateway.drivers.espa444.driver import create
from pager_gateway.port import PortSettings
from pager_gateway.sender import Batch, HealthReport, PageReport, SenderReport
from pager_gateway.shell import SenderShell
from pager_gateway.transmitter import Page
from simulator.pager import Air
from simulator.transmitters.espa444 import EspaHabits, EspaPagingSystem
from simulator.transmitters.on_pty import PtyTransmitter

pytestmark = pytest.mark.live
PATIENCE_S = 30.0
FAST = {"eot_gap_s": 0.02, "poll_s": 0.1}


@pytest.mark.parametrize("role", ["control", "polled"])
def test_a_page_its_proof_and_a_pulled_cable(role: str, tmp_path: Path) -> None:
    air = Air()
    system = EspaPagingSystem(EspaHabits(polls_every_s=0.05 if role == "polled" else None, patience_s=1.0))
    box = PtyTransmitter(tmp_path / "tx-1", system, air, machine.boot_clock)
    reports: queue.SimpleQueue[SenderReport] = queue.SimpleQueue()
    shell = SenderShell(
        "tx-1",
        create({"role": role, **FAST}, 9600),
        PortSettings(url=str(box.start()), reopen_s=(0.05, 0.1)),
        reports.put,
        machine.boot_clock,
    )
    thread = threading.Thread(target=shell.loop.run)

    def until(state: str, proof: Proof | None = None) -> None:
        end = time.monotonic() + PATIENCE_S
        while True:
            report = reports.get(timeout=max(0.01, end - time.monotonic()))
            if isinstance(report, HealthReport) and report.health.state == state:
                return
            if (
                isinstance(report, PageReport)
                and report.result.state == state
                and report.result.proof is proof
            ):
                return

    try:
        thread.start()
        shell.port.start()
        until("ready")
        shell.loop.put(Batch((Page(uuid4(), "1234001", "FITTING ROOMS"),)))
        until(PageState.TRANSMITTED, Proof.ACCEPTED)
        until(PageState.TRANSMITTED, Proof.ON_AIR)
        air.pager("1234001").expects("FITTING ROOMS")
        box.unplug()
        until("dead")
        box.plug()
        until("ready")
    finally:
        shell.port.close()
        shell.loop.stop()
        thread.join(PATIENCE_S)
        box.stop()
    air.assert_empty()
