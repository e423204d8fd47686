"""TAP over a real pty with the production port, sender thread and gateway: cable, restart, speed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broker_config import codec, machine
from broker_config.channels import ORDER
from broker_config.link import Connected, Delivery, Publication, Sink
from broker_config.loop import Loop
from broker_config.messages import PageFormat, PageOrder, PageResult, PageState, Route
from pager_gateway.drivers.tap.driver import create
from pager_gateway.gateway import Gateway, GatewayEvent
from pager_gateway.ledger import Ledger
from pager_gateway.port import PortSettings
from pager_gateway.setup import Identity
from pager_gateway.shell import GatewayShell, SenderShell
from pager_gateway.standby import Lane
from pager_gateway.wall import WallClock
from simulator.pager import Air
from simulator.transmitters.base import Seen
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.tap import TapHabits, TapTerminal

pytestmark = pytest.mark.live
PATIENCE_S = 60.0


class HandLink:
    """A link whose other end is this test."""

    def __init__(self) -> None:
        self._sink: Sink | None = None
        self._handles = 0
        self.changed = threading.Condition()
        self.results: dict[UUID, PageResult] = {}

    @property
    def connected(self) -> bool:
        return self._sink is not None

    def open(self, sink: Sink) -> None:
        self._sink = sink
        sink(Connected(1, False, machine.boot_clock()))

    def publish(self, publication: Publication) -> int | None:
        self._handles += 1
        if publication.topic.endswith("/result"):
            result = PageResult.model_validate_json(publication.payload)
            with self.changed:
                self.results[result.page] = result
                self.changed.notify_all()
        return self._handles

    def settle(self, delivery: Delivery) -> None:
        pass

    def reconnect(self, reason: str) -> None:
        pass

    def close(self) -> None:
        self._sink = None

    def order(self, body: str, page: UUID | None = None) -> UUID:
        order = PageOrder(
            page=page or uuid4(),
            attempt=1,
            incident=uuid4(),
            press=uuid4(),
            routes=[Route(transmitter="tx-1", address="1234001")],
            format=PageFormat.TEXT,
            charset="ascii",
            body=body,
            exp_s=60,
        )
        packet = codec.publication(ORDER, "shop", "g", "gw-1", order)
        assert self._sink is not None
        self._sink(Delivery(packet.topic, packet.payload, 1, False, False, 60, 1, 1, machine.boot_clock()))
        return order.page

    def wait_for(self, page: UUID) -> PageResult:
        """The final result of a page."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: page in self.results and self.results[page].state.is_final, PATIENCE_S
            ), "no final result"
            return self.results[page]


class Running:
    """The production gateway process's threads in this process."""

    def __init__(self, port: Path, ledger: Path, **tap: object) -> None:
        self.link = HandLink()
        clock = machine.boot_clock
        loops: list[Loop[GatewayEvent]] = []
        self.sender = SenderShell(
            "tx-1",
            create({"closing_s": 0.2, "mend_s": 0.5, **tap}, 9600),
            PortSettings(url=str(port), reopen_s=(0.05, 0.1)),
            lambda event: loops[0].put(event),
            clock,
        )
        self.lane = Lane(
            self.sender.driver.abilities.model_copy(update={"id": "tx-1"}), 1, self.sender.loop.put
        )
        core = Gateway(
            Identity("shop", "gw-1", "abcd", "beef"),
            self.link,
            Ledger(ledger),
            {"tx-1": self.lane},
            WallClock(time.time, lambda: True),
            uuid4,
        )
        loops.append(Loop(core, clock))
        self.shell = GatewayShell(core, loops[0], self.link, core._ledger, [self.sender], clock)
        self.thread = threading.Thread(target=self._run)
        self.code: int | None = None
        self.thread.start()
        self.until(lambda: self.link.connected)

    def _run(self) -> None:
        self.code = self.shell.run()

    def until(self, condition: Callable[[], bool]) -> None:
        """Waits for something that another thread brings about."""
        end = time.monotonic() + PATIENCE_S
        tick = threading.Event()
        while not condition():
            assert time.monotonic() < end, "it never came to that"
            tick.wait(0.005)

    def ready(self) -> None:
        self.until(lambda: self.lane.health.state == "ready")

    def stop(self) -> None:
        self.shell.stop()
        self.thread.join(PATIENCE_S)
        assert self.code == 0


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def seen() -> list[Seen]:
    return []


@pytest.fixture
def box(tmp_path: Path, air: Air, seen: list[Seen]) -> Iterator[PtyTransmitter]:
    terminal = TapTerminal(TapHabits(t4_s=None))
    made = PtyTransmitter(tmp_path / "tx-1", terminal, air, machine.boot_clock)
    made.observe(seen.append)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def gateway(box: PtyTransmitter, tmp_path: Path) -> Iterator[Running]:
    made = Running(box.path, tmp_path / "ledger.sqlite", stay=True)
    made.ready()
    yield made
    made.stop()


def test_a_page_goes_over_a_real_line(gateway: Running, air: Air, seen: list[Seen]) -> None:
    result = gateway.link.wait_for(gateway.link.order("FITTING ROOMS"))
    assert result.state is PageState.TRANSMITTED
    assert result.tx_ms is not None
    air.pager("1234001").expects("FITTING ROOMS")
    assert any(one.direction == "in" and "FITTING ROOMS" in one.why for one in seen)
    assert any(one.direction == "out" and one.data.startswith(b"211") for one in seen)


def test_a_hundred_pages_each_once_and_in_order(gateway: Running, air: Air) -> None:
    pages = [gateway.link.order(f"PAGE {number}") for number in range(100)]
    for page in pages:
        assert gateway.link.wait_for(page).state is PageState.TRANSMITTED
    assert [page.text for page in air.pager("1234001").history] == [f"PAGE {number}" for number in range(100)]


def test_the_cable_is_pulled_and_plugged_again(gateway: Running, box: PtyTransmitter, air: Air) -> None:
    box.unplug()
    gateway.until(lambda: gateway.lane.health.state == "dead")
    assert "cable" in (gateway.lane.health.cause or "") or "plugged" in (gateway.lane.health.cause or "")
    page = gateway.link.order("WAITED")
    box.plug()
    assert gateway.link.wait_for(page).state is PageState.TRANSMITTED
    air.pager("1234001").expects("WAITED")
    air.assert_empty()


def test_the_gateway_goes_and_comes_while_the_box_stays(
    box: PtyTransmitter, tmp_path: Path, air: Air
) -> None:
    pages = []
    for number in range(3):
        made = Running(box.path, tmp_path / "ledger.sqlite", idle_s=1.0)
        made.ready()
        pages.append(made.link.order(f"RUN {number}"))
        assert made.link.wait_for(pages[-1]).state is PageState.TRANSMITTED
        assert made.link.wait_for(made.link.order("again", pages[0])).state is PageState.TRANSMITTED
        made.stop()
    assert [page.text for page in air.pager("1234001").history] == ["RUN 0", "RUN 1", "RUN 2"]


def test_a_box_that_falls_silent_is_found_and_heard_again(
    box: PtyTransmitter, tmp_path: Path, air: Air
) -> None:
    gateway = Running(box.path, tmp_path / "ledger.sqlite", stay=True, t1_s=0.3, t3_s=1.0)
    gateway.ready()
    terminal = box.box
    assert isinstance(terminal, TapTerminal)
    faults = terminal.faults
    box.do(lambda: setattr(faults, "silent", True))
    lost = gateway.link.order("LOST")
    assert gateway.link.wait_for(lost).state is PageState.UNKNOWN
    gateway.until(lambda: gateway.lane.health.state == "dead")
    waiting = gateway.link.order("WAITED")
    box.do(lambda: setattr(faults, "silent", False))
    assert gateway.link.wait_for(waiting).state is PageState.TRANSMITTED
    gateway.stop()
    assert [page.text for page in air.pager("1234001").history] == ["WAITED"]


def test_line_time_is_real(box: PtyTransmitter, gateway: Running) -> None:
    """At 9600 baud the 40-byte block and its reply take their time on the line."""
    box.baudrate = 9600
    started = time.monotonic()
    gateway.link.wait_for(gateway.link.order("x" * 100))
    assert time.monotonic() - started > 0.1


def test_a_thread_that_dies_ends_the_process(box: PtyTransmitter, tmp_path: Path) -> None:
    made = Running(box.path, tmp_path / "other.sqlite")

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    made.sender.driver.submit = broken  # type: ignore[assignment, method-assign]
    made.ready()
    made.link.order("NEVER")
    made.thread.join(PATIENCE_S)
    assert made.code == 70
