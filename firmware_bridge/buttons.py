"""Contacts on GPIO pins: raw edges with their boot-time moment. No debounce here (see debounce.py)."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from gpiozero import InputDevice
from gpiozero.exc import GPIOZeroError

from firmware_bridge.config import InputPins
from firmware_bridge.debounce import Edge
from firmware_bridge.errors import PinError

PinFactory: TypeAlias = Any
"""A gpiozero pin factory; gpiozero carries no types."""
EdgeSink: TypeAlias = Callable[[Edge], None]


class ButtonInput(Protocol):
    """One contact. `open` begins to report edges; the sink may be called from any thread."""

    @property
    def number(self) -> int: ...

    def open(self, sink: EdgeSink) -> None:
        """Begin with the level of this moment as an edge: it may have changed since somebody looked."""

    def closed(self) -> bool:
        """Whether the contact is pushed, read now."""

    def close(self) -> None: ...


class GpioInput:
    """A push button from a pin to ground. The callback stamps the time and hands the edge on, nothing else."""

    def __init__(self, pins: InputPins, factory: PinFactory, clock: Callable[[], float]) -> None:
        self.number = pins.n
        self._clock = clock
        self._pushed_level = pins.normally_closed
        self._sink: EdgeSink | None = None
        try:
            self._device = InputDevice(pins.pin, pull_up=True, pin_factory=factory)
            self._device.pin.bounce = None
            self._device.pin.edges = "both"
        except (GPIOZeroError, OSError) as error:
            raise PinError(f"input {pins.n}: pin {pins.pin} cannot be used: {error}") from error

    def open(self, sink: EdgeSink) -> None:
        self._sink = sink
        self._device.pin.when_changed = self._changed
        sink(Edge(self.number, self.closed(), self._clock()))

    def closed(self) -> bool:
        return bool(self._device.pin.state) is self._pushed_level

    def close(self) -> None:
        self._device.close()

    def _changed(self, _ticks: float, level: int) -> None:
        at = self._clock()
        assert self._sink is not None
        self._sink(Edge(self.number, bool(level) is self._pushed_level, at))


class ContactSet:
    """All inputs of a unit, as the core reads them."""

    def __init__(self, inputs: Sequence[ButtonInput]) -> None:
        self._inputs: Mapping[int, ButtonInput] = {one.number: one for one in inputs}

    def open(self, sink: EdgeSink) -> None:
        for one in self._inputs.values():
            one.open(sink)

    def closed(self, input_number: int) -> bool:
        return self._inputs[input_number].closed()

    def close(self) -> None:
        for one in self._inputs.values():
            one.close()


def edge_thread() -> threading.Thread | None:
    """lgpio's own thread, which calls back for every edge of the process; None: no such thread is known here.

    One exception that comes out of a callback would end it, in silence and for good."""
    found = getattr(sys.modules.get("lgpio"), "_notify_thread", None)
    return found if isinstance(found, threading.Thread) else None


def pin_factory(configured: str) -> PinFactory:
    """Named by `GPIOZERO_PIN_FACTORY` or else by the config; never a silent fall-back to another one."""
    name = os.environ.get("GPIOZERO_PIN_FACTORY") or configured
    if name == "mock":
        from gpiozero.pins.mock import MockFactory, MockPWMPin

        return MockFactory(pin_class=MockPWMPin)
    if name != "lgpio":
        raise PinError(f"no pin factory {name!r}: set GPIOZERO_PIN_FACTORY to lgpio, or to mock without pins")
    try:
        from gpiozero.pins.lgpio import LGPIOFactory

        return LGPIOFactory()
    except (ImportError, GPIOZeroError, OSError) as error:
        raise PinError(f"lgpio has no pins here: {error}. On a Pi: is the user in group gpio?") from error
    except Exception as error:
        raise PinError(f"lgpio cannot open the GPIO chip: {error}") from error
