"""The lamps of all buttons of a unit: which press touches which of them, and what is on display."""

from __future__ import annotations

from collections.abc import Callable, Collection

from broker_config.messages import Light, PressKind, PressReceipt, StandInState
from firmware_bridge.lamp import ANSWER_S, Lamp
from firmware_bridge.light import Pattern, Shown, pattern_for
from firmware_bridge.spool import NewPress


class Lamps:
    """Only a customer's own press (or a drill's) makes a lamp speak: canary, arrive and quiet leave it as it is.

    `show` is called when what a button shows changes, never else."""

    def __init__(self, buttons: Collection[int], show: Callable[[int, Pattern], None], now: float) -> None:
        self._lamps = {number: Lamp(now) for number in buttons}
        self._outputs_show = show
        self._on_display: dict[int, tuple[Shown, float]] = {}

    def pressed(self, press: NewPress, now: float) -> None:
        """It is on the disk."""
        lamp = self._lamps.get(press.input)
        if lamp is not None and press.is_shown:
            lamp.pressed(press.id, press.pushed_boot, now)

    def taken_back(self, undo: NewPress, standing: NewPress | None, waits: bool, now: float) -> None:
        """`standing`: the press of this button that is still meant; `waits`: it has no receipt yet."""
        lamp = self._lamps.get(undo.input)
        if lamp is None or undo.kind is not PressKind.UNDO or undo.ref is None:
            return
        if not lamp.taken_back(undo.ref, now) or standing is None:
            return
        if not waits:
            lamp.goes_on(standing.id, now)
        elif now - standing.pushed_boot < ANSWER_S:  # later it has been said already that nobody came
            lamp.pressed(standing.id, standing.pushed_boot, now)

    def settled(self, press: NewPress, receipt: PressReceipt, now: float) -> None:
        lamp = self._lamps.get(press.input)
        if lamp is not None and press.is_shown:
            lamp.settled(press.id, receipt.result, now)

    def stood_in(self, press: NewPress, state: StandInState, now: float) -> None:
        lamp = self._lamps.get(press.input)
        if lamp is not None and press.is_shown:
            lamp.stood_in(state, now)

    def light(self, message: Light, now: float) -> None:
        if message.input in self._lamps:
            self._lamps[message.input].light(message, now)

    def identify(self, now: float) -> None:
        for lamp in self._lamps.values():
            lamp.identify(now)

    def advance(self, now: float) -> None:
        for lamp in self._lamps.values():
            lamp.advance(now)

    def due(self) -> float | None:
        found = [lamp.due() for lamp in self._lamps.values()]
        return min((moment for moment in found if moment is not None), default=None)

    def show(self) -> None:
        for number, lamp in self._lamps.items():
            if self._on_display.get(number) != (lamp.shown, lamp.since):
                self._on_display[number] = (lamp.shown, lamp.since)
                self._outputs_show(number, pattern_for(lamp.shown, lamp.since))
