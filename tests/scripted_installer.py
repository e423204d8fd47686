"""An installer by script, at mock pins: pushes what is asked for, and answers as told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gpiozero.pins.mock import MockFactory

from firmware_bridge.config import InputPins
from firmware_bridge.self_test.findings import Finding
from firmware_bridge.self_test.pins import NextEdge, Pins

PUSH_S = 0.3


class HandClock:
    """Goes on only when somebody moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class ScriptedInstaller:
    """`wires`: input -> the pin that its button is really wired to. `no`: words of questions that are denied.
    `rest_closed`: pins whose contact is closed while nobody pushes."""

    def __init__(
        self,
        inputs: tuple[InputPins, ...],
        factory: MockFactory,
        clock: Callable[[], float],
        *,
        wires: Mapping[int, int | None] | None = None,
        no: tuple[str, ...] = (),
        rest_closed: tuple[int, ...] = (),
        has_hands: bool = True,
    ) -> None:
        self.has_hands = has_hands
        self.found: list[Finding] = []
        self.asked: list[str] = []
        self._pins: dict[int, int | None] = {one.n: one.pin for one in inputs}
        self._pins.update(wires or {})
        self._factory = factory
        self._clock = clock
        self._no = no
        self._rest_closed = rest_closed

    def show(self, finding: Finding) -> None:
        self.found.append(finding)
        if finding.name == "pins":  # they are open now, with their pull-ups
            for pin in self._rest_closed:
                self._factory.pin(pin).drive_low()

    def ask(self, question: str) -> bool:
        self.asked.append(question)
        return not any(word in question for word in self._no)

    def please(self, request: str) -> None:
        """Push at once: mock pins call back in this very thread."""
        number = re.search(r"\d+", request)
        assert number is not None
        pin = self._pins[int(number[0])]
        if pin is None:
            return
        device = self._factory.pin(pin)
        rests_high = bool(device.state)
        (device.drive_low if rests_high else device.drive_high)()
        if isinstance(self._clock, HandClock):
            self._clock.now += PUSH_S
        (device.drive_high if rests_high else device.drive_low)()

    def said(self, name: str) -> Finding:
        return next(one for one in self.found if one.name.startswith(name))


def at_once(pins: Pins) -> NextEdge:
    """Everything has moved already when it is asked for."""
    return lambda seconds: pins.next_edge(0.0)
