"""The self-test against a real Mosquitto: the password, the server's status, and one drill to its receipt."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from gpiozero.pins.mock import MockFactory

from broker_config import codec, presence
from broker_config.broker.run import Broker
from broker_config.channels import LIGHT, RECEIPT
from broker_config.config import load
from broker_config.link import Delivery, LinkEvent
from broker_config.machine import boot_clock
from broker_config.messages import Light, LightState, Press, PressReceipt, Purpose, ReceiptResult
from broker_config.paho_link import PahoLink
from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.press import NewPress
from firmware_bridge.self_test.findings import FINE, WRONG, Level
from firmware_bridge.self_test.walk import SelfTest
from firmware_bridge.spool import Spool
from tests.live.brokers import SERVER, STORE, users
from tests.scripted_installer import ScriptedInstaller, at_once

pytestmark = pytest.mark.live

DEVICE = "b1"
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD = UUID("00000000-0000-4000-8000-000000000001")


class HandServer:
    """Gives each press its receipt and says that somebody was called."""

    def __init__(self, port: int) -> None:
        setup = presence.link_setup(users()[SERVER], run="5e12ee00", boot="b007", sw="9.9", port=port)
        self.presses: list[Press] = []
        self._link = PahoLink(setup)
        self._events: queue.SimpleQueue[LinkEvent | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self._link.open(self._events.put)

    def close(self) -> None:
        self._link.close()
        self._events.put(None)
        self._thread.join(60)

    def _serve(self) -> None:
        while (event := self._events.get()) is not None:
            if not isinstance(event, Delivery):
                continue
            received = codec.receive(event)
            press = received.message
            if isinstance(press, Press):
                self.presses.append(press)
                receipt = PressReceipt(id=press.id, result=ReceiptResult.STORED, at=AT)
                light = Light(input=press.input, run="5e12ee00", rev=press.seq, state=LightState.CALLED)
                for channel, message in ((RECEIPT, receipt), (LIGHT, light)):
                    self._link.publish(codec.publication(channel, STORE, "b", received.device, message))
            self._link.settle(event)


class Unit:
    def __init__(self, folder: Path, port: int, password: str) -> None:
        self.path = folder / "unit.toml"
        self.data = folder / "data"
        self.path.write_text(
            f'store = "{STORE}"\ndevice = "{DEVICE}"\nport = {port}\npassword = "{password}"\n'
            f'data = "{self.data}"\n[[inputs]]\nn = 1\npin = 17\nlight_pin = 5\n'
        )

    def test(self) -> tuple[int, ScriptedInstaller]:
        factory = MockFactory()
        inputs = load(ButtonUnitSettings, self.path).inputs
        installer = ScriptedInstaller(inputs, factory, boot_clock, wires={1: None})
        return SelfTest(installer, factory=factory, next_edge=at_once).run(self.path), installer


@pytest.fixture
def server(shared_broker: Broker) -> Iterator[HandServer]:
    made = HandServer(shared_broker.port)
    yield made
    made.close()


def test_a_drill_is_walked_to_its_receipt(tmp_path: Path, shared_broker: Broker, server: HandServer) -> None:
    unit = Unit(tmp_path, shared_broker.port, f"password of {DEVICE}")
    unit.data.mkdir()
    spool = Spool(str(unit.data / "spool.sqlite"))
    spool.add([NewPress(OLD, 1, 0.0, "b007b007", 120)])
    spool.close()
    code, installer = unit.test()
    assert (installer.said("broker").level, installer.said("server").level) == (Level.FINE, Level.FINE)
    assert installer.said("server").saw == "srv is online, version 9.9"
    drill = installer.said("drill")
    assert drill.level is Level.FINE, drill
    assert drill.saw.startswith("stored by the server after")
    assert drill.saw.endswith("a page was transmitted")
    ours = [press for press in server.presses if press.id != OLD]
    assert [(press.purpose, press.seq) for press in ours] == [(Purpose.DRILL, 2)]
    assert any("drill" in question for question in installer.asked)
    wrong = [one.name for one in installer.found if one.level is Level.WRONG]
    assert [name for name in wrong if not name.startswith("data folder")] == ["button 1 (pin 17)"]
    assert code == WRONG


def test_a_wrong_password_is_named(tmp_path: Path, shared_broker: Broker) -> None:
    code, installer = Unit(tmp_path, shared_broker.port, "another word").test()
    assert code == WRONG
    assert installer.said("broker").saw == "it does not take s1.b1 with this password"
    assert installer.said("drill").saw == "not tried"


def test_a_store_without_a_server_is_named(tmp_path: Path, broker: Broker) -> None:
    code, installer = Unit(tmp_path, broker.port, f"password of {DEVICE}").test()
    assert code != FINE
    assert installer.said("broker").level is Level.FINE
    assert installer.said("server").saw == "never seen at this broker"
