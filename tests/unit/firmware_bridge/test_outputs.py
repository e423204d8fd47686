"""Patterns on mock pins: lit as the rhythm says, dark at the end."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest

from firmware_bridge.config import InputPins
from firmware_bridge.errors import PinError
from firmware_bridge.light import Shown, pattern_for
from firmware_bridge.outputs import DUTY, GpioOutputs
from simulator.mock_pins import WatchedFactory


class StillClock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def seen(factory: WatchedFactory, what: Callable[[], bool]) -> bool:
    with factory.changed:
        return factory.changed.wait_for(what, timeout=30)


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


@pytest.mark.parametrize(("volume", "duty"), [(10, 0.5), (9, 0.29), (5, 0.10), (1, 0.04), (0, 0.0)])
def test_a_passive_buzzer_is_as_loud_as_its_share_of_the_period(volume: int, duty: float) -> None:
    factory, clock = WatchedFactory(), StillClock()
    pins = InputPins(n=1, pin=17, light_pin=5, buzzer_pin=6, buzzer_hz=2_700)
    outputs = GpioOutputs([pins], factory, clock, lambda error: None)
    light, buzzer = factory.pin(5), factory.pin(6)
    assert buzzer.frequency == 2_700
    outputs.open()
    outputs.show(1, pattern_for(Shown.IDENTIFY, 50.0, volume=volume))
    assert seen(factory, lambda: bool(light.state) and buzzer.state == pytest.approx(duty, abs=0.001))
    assert int(buzzer.state * 100) == round(duty * 100)
    clock.now = 50.3
    outputs.show(1, pattern_for(Shown.IDENTIFY, 50.0, volume=volume))
    assert seen(factory, lambda: buzzer.state == 0)
    outputs.close()
    assert buzzer.state == 0
    factory.close()


def test_each_step_of_volume_is_two_decibels_of_the_tone() -> None:
    tone = [math.sin(math.pi * share / 100) for share in DUTY[1:]]
    steps = [20 * math.log10(louder / softer) for softer, louder in pairwise(tone)]
    assert all(1.2 <= step <= 2.8 for step in steps), steps
    assert 20 * math.log10(tone[-1] / tone[0]) == pytest.approx(18, abs=0.5)


@pytest.mark.parametrize(("volume", "level"), [(10, 1), (1, 1), (0, 0)])
def test_an_active_buzzer_knows_silent_and_loud(volume: int, level: int) -> None:
    factory = WatchedFactory()
    pins = InputPins(n=1, pin=17, light_pin=5, buzzer_pin=6)
    outputs = GpioOutputs([pins], factory, StillClock(), lambda error: None)
    outputs.open()
    outputs.show(1, pattern_for(Shown.IDENTIFY, 50.0, volume=volume))
    assert seen(factory, lambda: bool(factory.pin(5).state) and factory.pin(6).state == level)
    outputs.close()
    factory.close()


def test_a_volume_that_changes_in_the_middle_of_a_sound_is_heard_at_once() -> None:
    factory = WatchedFactory()
    pins = InputPins(n=1, pin=17, buzzer_pin=6, buzzer_hz=2_000)
    outputs = GpioOutputs([pins], factory, StillClock(), lambda error: None)
    outputs.open()
    for volume in (10, 2, 7):
        outputs.show(1, pattern_for(Shown.SORRY, 50.0, volume=volume))
        assert seen(factory, lambda: int(factory.pin(6).state * 100) == DUTY[volume])  # noqa: B023
    outputs.close()
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
    assert told.wait(30)
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
