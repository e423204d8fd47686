"""Light and buzzer on GPIO pins: one thread owns them and plays the patterns."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from gpiozero import DigitalOutputDevice
from gpiozero.exc import GPIOZeroError

from firmware_bridge.buttons import PinFactory
from firmware_bridge.config import InputPins
from firmware_bridge.errors import PinError
from firmware_bridge.light import Pattern, Rhythm, level, next_change

log = logging.getLogger(__name__)

SHORTEST_S = 0.001


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
        self._buzzers = {one.n: _output(one.n, one.buzzer_pin, factory) for one in inputs}
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
                waits.append(_set(self._buzzers[number], pattern.sound, elapsed))
            if not self._closing:
                self._changed.wait(min((wait for wait in waits if wait is not None), default=None))


def _set(device: DigitalOutputDevice | None, rhythm: Rhythm, elapsed: float) -> float | None:
    """Bring a pin to its level. Returns seconds until it must be looked at again; None: never by itself."""
    if device is None:
        return None
    on = level(rhythm, elapsed)
    if bool(device.value) is not on:
        device.value = on
    ends = next_change(rhythm, elapsed)
    return None if ends is None else max(SHORTEST_S, ends - elapsed)


def _output(number: int, pin: int | None, factory: PinFactory) -> DigitalOutputDevice | None:
    if pin is None:
        return None
    try:
        return DigitalOutputDevice(pin, pin_factory=factory)
    except (GPIOZeroError, OSError) as error:
        raise PinError(
            f"input {number}: pin {pin} cannot be used for its light or buzzer: {error}"
        ) from error
