"""The shell: real threads, mock pins, a link by hand. It ends when told, and when one of its threads dies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from broker_config.link import Connected, Sink
from broker_config.loop import Loop
from broker_config.machine import boot_clock
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.buttons import ContactSet, GpioInput
from firmware_bridge.config import InputPins
from firmware_bridge.debounce import Rules
from firmware_bridge.intents import Intent
from firmware_bridge.outbox import Identity
from firmware_bridge.outputs import GpioOutputs
from firmware_bridge.ports import Plan, Ports
from firmware_bridge.spool import Spool
from firmware_bridge.unit import Unit
from simulator.mock_pins import WatchedFactory
from tests.unit.firmware_bridge.desk import RecordingLink

PATIENCE_S = 30.0


class OpenLink(RecordingLink):
    """Connects as soon as it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False
        self.opened = threading.Event()

    def open(self, sink: Sink) -> None:
        self.up = True
        sink(Connected(1, False, boot_clock()))
        self.opened.set()

    def close(self) -> None:
        self.closed = True


class Running:
    def __init__(self) -> None:
        self.factory, self.link, self.spool = WatchedFactory(), OpenLink(), Spool(":memory:")
        pins = InputPins(n=1, pin=17, light_pin=5)
        contacts = ContactSet([GpioInput(pins, self.factory, boot_clock)])
        outputs = GpioOutputs([pins], self.factory, boot_clock, lambda error: self.unit.died(error))
        bridge = Bridge(
            Identity("s1", "b7", "00aa11bb", "11111111-1111-4111-8111-111111111111", "1.0"),
            Plan({1: Rules()}),
            Ports(self.link, self.spool, contacts, outputs, uuid4, lambda: None, lambda: 0.5),
            boot_clock(),
        )
        loop: Loop[Event] = Loop(bridge, boot_clock)
        self.unit = Unit(bridge, loop, self.link, contacts, outputs, self.spool, self.factory)
        self.code: int | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.code = self.unit.run()

    @property
    def light(self) -> Any:
        return self.factory.pin(5)

    def press(self) -> None:
        """Returns when the light has answered."""
        self.factory.pin(17).drive_low()
        with self.factory.changed:
            assert self.factory.changed.wait_for(lambda: bool(self.light.state), timeout=PATIENCE_S)

    def ends_with(self) -> int | None:
        self.thread.join(PATIENCE_S)
        return self.code


@pytest.fixture
def running() -> Iterator[Running]:
    made = Running()
    made.thread.start()
    assert made.link.opened.wait(PATIENCE_S)
    yield made
    made.unit.stop()
    made.thread.join(PATIENCE_S)


def test_a_finger_lights_the_lamp_and_a_stop_is_clean(running: Running) -> None:
    running.press()
    assert [packet.topic for _, packet in running.link.sent] == ["rb/1/s1/b/b7/press"]
    running.unit.stop()
    assert running.ends_with() == 0
    assert running.link.closed
    assert not running.light.state


def test_a_dead_loop_ends_the_process_with_an_error_and_dark(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A light that stays on would go on promising something."""

    def broken(*_: object) -> None:
        raise RuntimeError("nobody expected this")

    running.press()
    monkeypatch.setattr(running.spool, "add", broken)
    running.unit.intend(Intent(1))
    assert running.ends_with() == 70
    assert not running.light.state


def test_a_dead_player_ends_the_process_with_an_error(running: Running) -> None:
    running.unit.died(OSError("pins gone"))
    assert running.ends_with() == 70
