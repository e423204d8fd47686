"""The lamps of all buttons of a unit: which press touches which of them, and what is on display."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from uuid import UUID

from broker_config.messages import Light, PressKind, PressReceipt, StandInState
from firmware_bridge.lamp import ANSWER_S, Lamp
from firmware_bridge.light import LOUDEST, Pattern, Shown, pattern_for
from firmware_bridge.press import NewPress


class Lamps:
    """Only a customer's own press (or a drill's) makes a lamp speak: canary, arrive and quiet leave it as it is.

    `show` is called when what a button shows changes, never else."""

    def __init__(self, buttons: Collection[int], show: Callable[[int, Pattern], None], now: float) -> None:
        self._lamps: dict[int, Lamp] = {}
        self._outputs_show = show
        self._lights, self._volume, self._by_day = "std", LOUDEST, LOUDEST
        self._on_display: dict[int, tuple[Shown, float, str, int]] = {}
        self._not_kept: deque[UUID] = deque(maxlen=64)
        self.set_buttons(buttons, now)

    def set_buttons(self, buttons: Collection[int], now: float) -> None:
        """Which inputs have a lamp that speaks, from now on. The others are dark."""
        for number in set(self._on_display) - set(buttons):
            del self._on_display[number]
            self._outputs_show(number, pattern_for(Shown.IDLE, now, self._lights, 0))
        self._lamps = {number: self._lamps.get(number) or Lamp(now) for number in buttons}

    def set_lights(self, name: str) -> None:
        """The set of patterns by which they show what they show."""
        self._lights = name

    def set_volume(self, volume: int, by_day: int) -> None:
        """How loud they are now, and by day."""
        self._volume, self._by_day = volume, by_day

    def counting(self, button: int, on: bool, now: float) -> None:
        """Whether the button's press is about to be taken back."""
        self._lamps[button].counting(on, now)

    def undone(self, button: int, now: float) -> None:
        """Somebody took a press back here."""
        if button in self._lamps:
            self._lamps[button].undone(now)

    def pressed(self, press: NewPress, now: float, *, kept: bool = True) -> None:
        """`kept`: it is on the disk; else no light says that it is safe."""
        if not kept:
            self._not_kept.append(press.id)
        lamp = self._lamps.get(press.input)
        if lamp is not None and press.is_shown:
            lamp.pressed(press.id, press.pushed_boot, now, kept=kept)

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
            kept = standing.id not in self._not_kept
            lamp.pressed(standing.id, standing.pushed_boot, now, kept=kept)

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

    def server_gone(self, now: float) -> None:
        """It has been away for so long that its words may not be true any more."""
        for lamp in self._lamps.values():
            lamp.server_gone(now)

    def identify(self, numbers: Collection[int], now: float) -> None:
        for number in numbers:
            if number in self._lamps:
                self._lamps[number].identify(now)

    def advance(self, now: float) -> None:
        for lamp in self._lamps.values():
            lamp.advance(now)

    def due(self) -> float | None:
        found = [lamp.due() for lamp in self._lamps.values()]
        return min((moment for moment in found if moment is not None), default=None)

    def show(self) -> None:
        for number, lamp in self._lamps.items():
            # whoever looks for a button listens for it, also at night
            volume = self._by_day if lamp.shown is Shown.IDENTIFY else self._volume
            shown = (lamp.shown, lamp.since, self._lights, volume)
            if self._on_display.get(number) != shown:
                self._on_display[number] = shown
                self._outputs_show(number, pattern_for(*shown))
