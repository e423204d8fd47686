"""Light and buzzer on GPIO pins: one thread owns them and plays the patterns."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from gpiozero import DigitalOutputDevice, PWMOutputDevice
from gpiozero.exc import GPIOZeroError

from firmware_bridge.buttons import PinFactory
from firmware_bridge.config import InputPins
from firmware_bridge.errors import PinError
from firmware_bridge.light import LOUDEST, Pattern, Rhythm, level, next_change

log = logging.getLogger(__name__)

SHORTEST_S = 0.001
HAIR = 0.001
DUTY = (0, 4, 5, 6, 8, 10, 13, 17, 22, 29, 50)
"""Percent of each period of a passive buzzer's tone, by volume: a step is 2 dB. A square wave that is on for a share d
of its period has a fundamental of sin(pi d): half and half is the loudest. The pin driver knows whole percents only."""


class GpioOutputs:
    """Implements `ports.Outputs`. `show` only hands over; the pins belong to the player's thread."""

    def __init__(
        self,
        inputs: Sequence[InputPins],
        factory: PinFactory,
        clock: Callable[[], float],
        on_death: Callable[[BaseException], None],
    ) -> None:
        self._clock = clock
        self._on_death = on_death
        self._lights = {one.n: _output(one.n, one.light_pin, factory) for one in inputs}
        self._buzzers = {one.n: _output(one.n, one.buzzer_pin, factory, one.buzzer_hz) for one in inputs}
        self._patterns: dict[int, Pattern] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="lamps", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def show(self, input_number: int, pattern: Pattern) -> None:
        with self._changed:
            self._patterns[input_number] = pattern
            self._changed.notify()

    def pattern(self, input_number: int) -> Pattern | None:
        """What is played now, for the simulator's floor."""
        return self._patterns.get(input_number)

    @property
    def playing(self) -> bool:
        """Whether the player's thread is alive."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Dark and silent."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(2.0)
        for device in (*self._lights.values(), *self._buzzers.values()):
            if device is not None:
                device.off()
                device.close()

    def _run(self) -> None:
        try:
            while not self._closing:
                self._play()
        except BaseException as error:  # noqa: BLE001 - a unit whose light is dead must not look alive
            self._on_death(error)

    def _play(self) -> None:
        with self._changed:
            now, waits = self._clock(), []
            for number, pattern in self._patterns.items():
                elapsed = now - pattern.since
                waits.append(_set(self._lights[number], pattern.light, elapsed))
                waits.append(_set(self._buzzers[number], pattern.sound, elapsed, pattern.volume))
            if not self._closing:
                self._changed.wait(min((wait for wait in waits if wait is not None), default=None))


def _set(
    device: DigitalOutputDevice | None, rhythm: Rhythm, elapsed: float, volume: int = LOUDEST
) -> float | None:
    """Bring a pin to its level. Returns seconds until it must be looked at again; None: never by itself."""
    if device is None:
        return None
    wanted = _value(device, level(rhythm, elapsed), volume)
    if abs(device.value - wanted) > HAIR:
        device.value = wanted
    ends = next_change(rhythm, elapsed)
    return None if ends is None else max(SHORTEST_S, ends - elapsed)


def _value(device: DigitalOutputDevice, on: bool, volume: int) -> float:
    if not on:
        return 0.0
    # a hair more, or the driver makes 28 percent of 0.29
    return DUTY[volume] / 100 + HAIR / 10 if isinstance(device, PWMOutputDevice) else 1.0


def _output(
    number: int, pin: int | None, factory: PinFactory, tone_hz: int | None = None
) -> DigitalOutputDevice | PWMOutputDevice | None:
    if pin is None:
        return None
    try:
        if tone_hz is not None:
            return PWMOutputDevice(pin, frequency=tone_hz, pin_factory=factory)
        return DigitalOutputDevice(pin, pin_factory=factory)
    except (GPIOZeroError, OSError) as error:
        raise PinError(
            f"input {number}: pin {pin} cannot be used for its light or buzzer: {error}"
        ) from error
