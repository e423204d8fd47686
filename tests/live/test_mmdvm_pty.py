"""An MMDVM modem over a real pty with the production port and sender thread: a page, the cable, another page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from broker_config import machine
from broker_config.messages import PageState, Proof
from pager_gateway.drivers.pocsag_mmdvm.driver import create
from pager_gateway.port import PortSettings
from pager_gateway.sender import Batch, HealthReport, PageReport, SenderReport
from pager_gateway.shell import SenderShell
from pager_gateway.transmitter import Page, SubmitResult
from simulator.pager import Air
from simulator.transmitters.mmdvm import MmdvmHabits, MmdvmModem
from simulator.transmitters.on_pty import PtyTransmitter

pytestmark = pytest.mark.live
PATIENCE_S = 60.0
T = TypeVar("T")


class Running:
    """The production sender's threads in this process."""

    def __init__(self, port: Path) -> None:
        self._changed = threading.Condition()
        self._reports: list[SenderReport] = []
        quick = {"boot_wait_s": 0.1, "tx_delay_ms": 0, "silent_s": 10.0}
        self._shell = SenderShell(
            "tx-1",
            create(quick, 115_200),
            PortSettings(url=str(port), baudrate=115_200, reopen_s=(0.05, 0.1)),
            self._report,
            machine.boot_clock,
        )
        self._thread = threading.Thread(target=self._shell.loop.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._shell.port.start()

    def stop(self) -> None:
        self._shell.port.close()
        self._shell.loop.stop()
        self._thread.join(PATIENCE_S)

    def _report(self, report: SenderReport) -> None:
        with self._changed:
            self._reports.append(report)
            self._changed.notify_all()

    def page(self, text: str) -> SubmitResult:
        page = Page(uuid4(), "1234560", text)
        self._shell.loop.put(Batch((page,)))
        return self._wait(
            lambda: next(
                (
                    one.result
                    for one in self._reports
                    if isinstance(one, PageReport)
                    and one.result.page == page.id
                    and one.result.state.is_final
                ),
                None,
            )
        )

    def wait_until(self, state: str) -> str:
        """The cause that goes with it."""

        def found() -> str | None:
            told = [one.health for one in self._reports if isinstance(one, HealthReport)]
            return (told[-1].cause or "well") if told and told[-1].state == state else None

        return self._wait(found)

    def _wait(self, found: Callable[[], T | None]) -> T:
        with self._changed:
            assert self._changed.wait_for(lambda: found() is not None, PATIENCE_S)
            value = found()
        assert value is not None
        return value


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def modem(tmp_path: Path, air: Air) -> Iterator[PtyTransmitter]:
    box = MmdvmModem(MmdvmHabits(protocol=1, boot_s=0.05, usb=True))
    running = PtyTransmitter(tmp_path / "mmdvm", box, air, machine.boot_clock)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def gateway(modem: PtyTransmitter) -> Iterator[Running]:
    running = Running(modem.path)
    running.start()
    yield running
    running.stop()


def test_a_page_the_cable_and_another_page(modem: PtyTransmitter, gateway: Running, air: Air) -> None:
    gateway.wait_until("ready")
    result = gateway.page("HELLO")
    assert (result.state, result.proof) == (PageState.TRANSMITTED, Proof.ON_AIR)
    air.pager("1234560").expects("HELLO")

    modem.unplug()
    assert "cable" in gateway.wait_until("dead")
    refused = gateway.page("NOBODY HEARS")
    assert refused.state is PageState.FAILED
    assert refused.error is not None
    assert refused.error.retry

    modem.plug()
    gateway.wait_until("ready")
    assert gateway.page("AGAIN").state is PageState.TRANSMITTED
    air.pager("1234560").expects("AGAIN")
    air.assert_empty()
