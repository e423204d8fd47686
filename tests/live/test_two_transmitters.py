"""Two transmitters on real lines: the primary's cable is pulled in the middle of a burst, and plugged again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broker_config import codec, machine
from broker_config.broker.run import Broker
from broker_config.channels import ORDER
from broker_config.messages import PageFormat, PageOrder, PageState, Route
from simulator.pager import Air
from simulator.transmitters.on_pty import PtyTransmitter
from simulator.transmitters.tap import TapHabits, TapTerminal
from tests.live.brokers import GATEWAY, STORE, users
from tests.live.test_gateway_process import PATIENCE_S, Server

pytestmark = pytest.mark.live
NAMES = ("tx-1", "tx-2")


class Shop(Server):
    def both(self, body: str) -> UUID:
        """A page that may go by either, rather by the first."""
        order = PageOrder(
            page=uuid4(),
            attempt=1,
            incident=uuid4(),
            press=uuid4(),
            routes=[Route(transmitter=name, address="1234001") for name in NAMES],
            format=PageFormat.TEXT,
            charset="ascii",
            body=body,
            exp_s=60,
        )
        assert self.link.publish(codec.publication(ORDER, STORE, "g", GATEWAY, order)) is not None
        return order.page

    def state(self, name: str) -> str:
        """What was told of a transmitter last."""
        if not self.abilities:
            return "unknown"
        return next(one.state for one in self.abilities[-1].transmitters if one.id == name)

    def sent_by(self, page: UUID) -> str | None:
        self.final(page)
        return next(one.transmitter for one in reversed(self.results) if one.page == page)


@pytest.fixture
def airs() -> dict[str, Air]:
    return {name: Air() for name in NAMES}


@pytest.fixture
def boxes(tmp_path: Path, airs: dict[str, Air]) -> Iterator[dict[str, PtyTransmitter]]:
    made = {
        name: PtyTransmitter(
            tmp_path / name, TapTerminal(TapHabits(t4_s=None, reply_s=0.01)), airs[name], machine.boot_clock
        )
        for name in NAMES
    }
    for box in made.values():
        box.start()
    yield made
    for box in made.values():
        box.stop()


@pytest.fixture
def shop(broker: Broker, boxes: dict[str, PtyTransmitter], tmp_path: Path) -> Iterator[Shop]:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text(users()[GATEWAY].password)
    text = (
        f'store = "{STORE}"\ndevice = "{GATEWAY}"\nport = {broker.port}\npassword_file = "{secret}"\n'
        f'data = "{tmp_path / "data"}"\nkeeper = true\n'
    )
    for name, box in boxes.items():
        text += (
            f'[[transmitters]]\nname = "{name}"\nport = "{box.path}"\n[transmitters.settings]\nstay = true\n'
        )
    config = tmp_path / "gateway.toml"
    config.write_text(text)
    process = subprocess.Popen([sys.executable, "-m", "pager_gateway", str(config)], stderr=subprocess.PIPE)
    made = Shop(broker.port)
    made.until(lambda: all(made.state(name) == "ready" for name in NAMES))
    yield made
    made.link.close()
    process.kill()
    process.communicate()


def test_the_primary_loses_its_cable_in_a_burst_of_a_hundred(
    shop: Shop, boxes: dict[str, PtyTransmitter], airs: dict[str, Air]
) -> None:
    pages = [shop.both(f"PAGE {number}") for number in range(100)]
    shop.until(lambda: len(shop.results) >= 20)
    boxes["tx-1"].unplug()
    assert {shop.final(page) for page in pages} == {PageState.TRANSMITTED}
    heard = Counter(page.text for air in airs.values() for page in air.pager("1234001").history)
    assert set(heard) == {f"PAGE {number}" for number in range(100)}, "a page is lost"
    assert heard.total() <= 101, "more than one was doubled"
    assert airs["tx-1"].pager("1234001").history
    assert airs["tx-2"].pager("1234001").history
    shop.until(lambda: shop.state("tx-1") == "dead")
    assert shop.sent_by(shop.both("MEANWHILE")) == "tx-2"

    boxes["tx-1"].plug()
    shop.until(lambda: shop.state("tx-1") == "ready")
    until = time.monotonic() + PATIENCE_S
    while shop.sent_by(shop.both("BACK")) != "tx-1":
        assert time.monotonic() < until, "the primary is never trusted again"
