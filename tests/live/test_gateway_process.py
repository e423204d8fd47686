"""`python -m pager_gateway` as a shop runs it: a real broker, a real pty, kill -9 and SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broker_config import codec, machine, presence, topics
from broker_config.broker.run import Broker
from broker_config.channels import ABILITIES, ORDER, PLAN, PLAN_REPORT, PRESS, RESULT
from broker_config.link import Delivery, LinkEvent, LinkSetup, Published, Subscription
from broker_config.messages import (
    Abilities,
    FallbackPlan,
    FallbackReport,
    PageFormat,
    PageOrder,
    PageResult,
    PageState,
    Press,
    Route,
    StandIn,
    StandInState,
)
from broker_config.messages.fallback import PlannedButton, PlannedOrder
from broker_config.paho_link import PahoLink
from simulator.pager import Air
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.tap import TapHabits, TapTerminal
from tests.live.brokers import GATEWAY, SERVER, STORE, users
from tests.live.processes import wait_until

pytestmark = pytest.mark.live
PATIENCE_S = 60.0
MOST_MIB = 60


class Server:
    """The server's end of the broker, as far as one gateway is concerned."""

    def __init__(self, port: int) -> None:
        self.changed = threading.Condition()
        self.results: list[PageResult] = []
        self.abilities: list[Abilities] = []
        user = users()[SERVER]
        self.reports: list[FallbackReport] = []
        self.published: list[int] = []
        tails = [RESULT.tail, ABILITIES.tail, PLAN_REPORT.tail]
        self.link = PahoLink(
            LinkSetup(
                client_id=user.name,
                username=user.name,
                password=user.password,
                port=port,
                subscriptions=[
                    # not what the gateway of the test before left behind
                    Subscription(topics.build_filter(STORE, "g", GATEWAY, tail), retain_handling=2)
                    for tail in tails
                ],
            )
        )
        self.link.open(self._hear)

    def _hear(self, event: LinkEvent) -> None:
        if isinstance(event, Published):
            with self.changed:
                self.published.append(event.handle)
                self.changed.notify_all()
        if isinstance(event, Delivery):
            message = codec.receive(event).message
            with self.changed:
                if isinstance(message, PageResult):
                    self.results.append(message)
                elif isinstance(message, Abilities):
                    self.abilities.append(message)
                elif isinstance(message, FallbackReport):
                    self.reports.append(message)
                self.changed.notify_all()
            self.link.settle(event)

    def until(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE_S), "it never came to that"

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
        assert self.link.publish(codec.publication(ORDER, STORE, "g", GATEWAY, order)) is not None
        return order.page

    def states(self, page: UUID) -> list[PageState]:
        return [one.state for one in self.results if one.page == page]

    def ready(self, count: int = 1) -> None:
        """Until so many processes have said that they are: one says it again after a slow moment."""
        self.until(
            lambda: len({one.run for one in self.abilities if one.transmitters[0].state == "ready"}) >= count
        )

    def final(self, page: UUID) -> PageState:
        self.until(lambda: any(state.is_final for state in self.states(page)))
        return next(state for state in self.states(page) if state.is_final)


@pytest.fixture
def air() -> Air:
    return Air()


@pytest.fixture
def box(tmp_path: Path, air: Air) -> Iterator[PtyTransmitter]:
    made = PtyTransmitter(tmp_path / "tx-1", TapTerminal(TapHabits(t4_s=None)), air, machine.boot_clock)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def server(broker: Broker) -> Iterator[Server]:
    made = Server(broker.port)
    yield made
    made.link.close()


@pytest.fixture
def run(
    broker: Broker, box: PtyTransmitter, tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a gateway on the same ledger and line each time."""
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text(users()[GATEWAY].password)
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'store = "{STORE}"\ndevice = "{GATEWAY}"\nport = {broker.port}\npassword_file = "{secret}"\n'
        f'data = "{tmp_path / "data"}"\nready_file = "{tmp_path / "ready"}"\nkeeper = true\n'
        f'[[transmitters]]\nname = "tx-1"\nport = "{box.path}"\n[transmitters.settings]\nstay = true\n'
    )
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "pager_gateway", str(config)], stderr=subprocess.PIPE
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_orders_become_pages_and_the_process_ends_cleanly(
    server: Server, run: Callable[[], subprocess.Popen[bytes]], air: Air, tmp_path: Path
) -> None:
    process = run()
    server.ready()
    pages = [server.order(f"PAGE {number}") for number in range(50)]
    assert {server.final(page) for page in pages} == {PageState.TRANSMITTED}
    assert sorted(page.text for page in air.pager("1234001").history) == sorted(
        f"PAGE {n}" for n in range(50)
    )
    assert (tmp_path / "ready").exists()
    status = Path(f"/proc/{process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident / 1024 < MOST_MIB
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 0


def test_killed_in_the_middle_nothing_is_sent_twice(
    server: Server, run: Callable[[], subprocess.Popen[bytes]], box: PtyTransmitter, air: Air
) -> None:
    terminal = box.box
    assert isinstance(terminal, TapTerminal)
    habits = terminal.habits
    box.do(lambda: setattr(habits, "reply_s", 0.02))
    first = run()
    server.ready()
    pages = [server.order(f"PAGE {number}") for number in range(40)]
    server.until(lambda: len(server.results) >= 8)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    run()
    server.ready(2)
    # what did not reach the gateway is ordered again, as the server does; what did is only answered
    for number, page in enumerate(pages):
        server.order(f"PAGE {number}", page)
    states = [server.final(page) for page in pages]
    texts = [page.text for page in air.pager("1234001").history]
    assert len(texts) == len(set(texts)), "a page was on the air twice"
    assert states.count(PageState.UNKNOWN) <= 1
    assert set(states) <= {PageState.TRANSMITTED, PageState.UNKNOWN}
    for number, state in enumerate(states):
        assert state is PageState.UNKNOWN or f"PAGE {number}" in texts


def test_the_first_page_after_a_kill_does_not_wait_for_the_old_session(
    server: Server, run: Callable[[], subprocess.Popen[bytes]], air: Air
) -> None:
    first = run()
    server.ready()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second = run()
    server.ready(2)
    started = time.monotonic()
    assert server.final(server.order("HELP")) is PageState.TRANSMITTED
    assert time.monotonic() - started < 3.0
    air.pager("1234001").expects("HELP")
    assert second.poll() is None


def test_a_press_that_nobody_receipts_rings_by_the_plan_and_the_button_hears_of_it(
    broker: Broker, server: Server, run: Callable[[], subprocess.Popen[bytes]], air: Air
) -> None:
    """Also what the broker lets a keeper hear and say."""
    run()
    server.ready()
    start = datetime(2020, 1, 1, tzinfo=UTC)
    order = PlannedOrder(
        slot="anna",
        routes=[Route(transmitter="tx-1", address="1234001")],
        format=PageFormat.TEXT,
        charset="ascii",
        body="DAIRY CALL",
    )
    plan = FallbackPlan(
        rev=1,
        keeper=True,
        wait_ms=500,
        orders=[order],
        moments=[start, start + timedelta(days=36_500)],
        calls=[["anna"]],
        hours=[[(0, 0)]],
        buttons=[PlannedButton(device="b1", input=1, hours=0)],
        everybody=["anna"],
    )
    handle = server.link.publish(codec.publication(PLAN, STORE, "g", GATEWAY, plan))
    server.until(
        lambda: handle in server.published
    )  # so the gateway hears of it before it hears of the press
    words: list[StandIn] = []
    link = PahoLink(presence.link_setup(users()["b1"], run="abcd", boot="beef", sw="1", port=broker.port))

    def hear(event: LinkEvent) -> None:
        if isinstance(event, Delivery):
            message = codec.receive(event).message
            if isinstance(message, StandIn):
                with server.changed:
                    words.append(message)
                    server.changed.notify_all()

    link.open(hear)
    wait_until(lambda: link.connected, "the button is connected")
    press = Press(id=uuid4(), run="abcd", boot="beef", seq=1, input=1, age_ms=5, ttl_s=120, exp_s=120, sw="1")
    assert link.publish(codec.publication(PRESS, STORE, "b", "b1", press)) is not None
    server.until(lambda: bool(words and server.reports))
    link.close()
    assert (words[0].press, words[0].state) == (press.id, StandInState.CALLED)
    assert [page.state for page in server.reports[0].pages] == [PageState.TRANSMITTED]
    air.pager("1234001").expects("DAIRY CALL")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 'data = "FOLDER" is missing'),
        ('store = "s1"\ndevice = "g1"\npassword = "x"\ndata = "d"\ntransmitters = []\n', "transmitters"),
        (
            'store = "s1"\ndevice = "g1"\npassword = "x"\ndata = "d"\n[[transmitters]]\nname = "t"\nport = "p"\n'
            'driver = "morse"\n',
            "no driver called 'morse'",
        ),
    ],
)
def test_a_wrong_file_is_said_in_words(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "g.toml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pager_gateway", str(tmp_path / "g.toml")], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
