"""Patterns on mock pins: lit as the rhythm says, dark at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from firmware_bridge.config import InputPins
from firmware_bridge.errors import PinError
from firmware_bridge.light import Shown, pattern_for
from firmware_bridge.outputs import GpioOutputs
from simulator.mock_pins import WatchedFactory


class StillClock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def seen(factory: WatchedFactory, what: Callable[[], bool]) -> bool:
    with factory.changed:
        return factory.changed.wait_for(what, timeout=5)


def test_a_pattern_is_played_and_the_end_is_dark() -> None:
    factory, clock = WatchedFactory(), StillClock()
    died: list[BaseException] = []
    outputs = GpioOutputs([InputPins(n=1, pin=17, light_pin=5, buzzer_pin=6)], factory, clock, died.append)
    light, buzzer = factory.pin(5), factory.pin(6)
    outputs.open()
    outputs.show(1, pattern_for(Shown.SENDING, 50.0))
    assert seen(factory, lambda: bool(light.state and buzzer.state))
    clock.now = 50.1
    assert seen(factory, lambda: bool(light.state and not buzzer.state))
    clock.now = 50.3
    assert seen(factory, lambda: not light.state)
    outputs.show(1, pattern_for(Shown.COMING, 50.3))
    assert seen(factory, lambda: bool(light.state))
    found = outputs.pattern(1)
    assert found is not None and found.shown is Shown.COMING
    outputs.close()
    assert not light.state
    assert died == []
    factory.close()


def test_an_input_without_light_and_buzzer_is_fine() -> None:
    factory = WatchedFactory()
    outputs = GpioOutputs([InputPins(n=1, pin=17)], factory, StillClock(), lambda error: None)
    outputs.open()
    outputs.show(1, pattern_for(Shown.SENDING, 50.0))
    outputs.close()
    factory.close()


def test_a_player_that_dies_is_told() -> None:
    factory, told = WatchedFactory(), threading.Event()
    died: list[BaseException] = []

    def broken() -> float:
        raise OSError("clock gone")

    def hear(error: BaseException) -> None:
        died.append(error)
        told.set()

    outputs = GpioOutputs([InputPins(n=1, pin=17, light_pin=5)], factory, broken, hear)
    outputs.open()
    assert told.wait(5)
    assert isinstance(died[0], OSError)
    outputs.close()
    factory.close()


def test_a_pin_that_is_taken_says_which() -> None:
    factory = WatchedFactory()
    one = GpioOutputs([InputPins(n=1, pin=17, light_pin=5)], factory, StillClock(), lambda error: None)
    with pytest.raises(PinError, match="input 2: pin 5"):
        GpioOutputs([InputPins(n=2, pin=18, light_pin=5)], factory, StillClock(), lambda error: None)
    one.close()
    factory.close()
