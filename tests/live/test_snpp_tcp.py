"""SNPP over a real TCP connection, with the production port and sender thread: pages, and a cut connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from broker_config import machine
from broker_config.messages import PageState
from pager_gateway.drivers.snpp.driver import create
from pager_gateway.port import PortSettings
from pager_gateway.sender import Batch, HealthReport, PageReport, SenderReport
from pager_gateway.shell import SenderShell
from pager_gateway.transmitter import Page
from simulator.pager import Air
from simulator.transmitters.on_tcp import TcpTransmitter
from simulator.transmitters.snpp import SnppHabits, SnppServer

pytestmark = pytest.mark.live
PATIENCE_S = 20.0


class Running:
    """A sender's thread, its port, and the server behind a socket."""

    def __init__(self) -> None:
        self.air = Air()
        self.server = TcpTransmitter(SnppServer(SnppHabits()), self.air, machine.boot_clock)
        self.changed = threading.Condition()
        self.reports: list[SenderReport] = []
        line = PortSettings(url=self.server.start(), reopen_s=(0.01, 0.1))
        self.shell = SenderShell("tx-1", create({"level": 2}, 9600), line, self._report, machine.boot_clock)
        self.thread = threading.Thread(target=self.shell.loop.run, daemon=True)
        self.thread.start()
        self.shell.port.start()

    def _report(self, report: SenderReport) -> None:
        with self.changed:
            self.reports.append(report)
            self.changed.notify_all()

    def healths(self) -> list[str]:
        return [one.health.state for one in self.reports if isinstance(one, HealthReport)]

    def wait_for_health(self, *states: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.healths() == list(states), PATIENCE_S), self.healths()

    def page(self, body: str) -> PageState:
        page = Page(uuid4(), "5551234", body)
        self.shell.loop.put(Batch((page,)))
        found: list[PageState] = []

        def ended() -> bool:
            found[:] = [
                one.result.state
                for one in self.reports
                if isinstance(one, PageReport) and one.result.page == page.id and one.result.state.is_final
            ]
            return bool(found)

        with self.changed:
            assert self.changed.wait_for(ended, PATIENCE_S), "no final result"
        return found[0]

    def stop(self) -> None:
        self.shell.port.close()
        self.shell.loop.stop()
        self.thread.join(timeout=5)
        self.server.stop()


@pytest.fixture
def running() -> Iterator[Running]:
    made = Running()
    yield made
    made.stop()


def test_pages_go_by_tcp_and_a_cut_connection_mends_itself(running: Running) -> None:
    running.wait_for_health("ready")
    assert running.page("FITTING ROOMS") is PageState.TRANSMITTED
    running.server.hang_up()
    running.wait_for_health("ready", "dead", "ready")
    assert running.page("TWO\nLINES") is PageState.TRANSMITTED
    assert [one.text for one in running.air.pager("5551234").history] == ["FITTING ROOMS", "TWO\nLINES"]
