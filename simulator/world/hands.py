"""The hands of a run at the buttons, and what must have come of them: the truth that nobody in the shop is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulator.world.schedule import Act
from simulator.world.shop import WorldShop
from simulator.world.stage import WorldStage

ALONE_S = 14.0
"""After so long without a touch the lock-out is over, whatever happened before it."""
UNDERSTOOD_S = 0.15
"""A push is on the unit's disk by then."""
LONG_MS = 2_500.0
UNDO_AFTER_S = 0.6
HAMMERS = 6
SPAN_S = {
    "press": 0.3,
    "brush": 0.1,
    "long": 2.6,
    "undo": 4.6,
    "hammer": 2.0,
    "arrive": 0.4,
    "quiet": 3.4,
    "drill": 1.2,
}
"""For how long each verb keeps the hand there."""


@dataclass(slots=True)
class Touch:
    """A push that is, or may be, a press."""

    device: str
    input: int
    at: float
    sure: bool
    """It must become a press."""
    more: int = 0
    """So many more presses may come of what the hand did besides."""


class Hands:
    """`touched`: told of the unit, input and moment of each touch."""

    def __init__(self, shop: WorldShop, stage: WorldStage) -> None:
        self._shop, self._stage = shop, stage
        self.touched: Callable[[str, int, float], None] = lambda device, number, at: None
        self.touches: list[Touch] = []
        self._busy: dict[tuple[str, int], float] = {}
        for device, unit in shop.units.items():
            unit.at_end = lambda device=device: self.unit_gone(device)  # type: ignore[misc]

    def plan(self, acts: Iterable[Act]) -> None:
        for act in acts:
            self._shop.clock.call_later(act.at, lambda act=act: self._act(act))  # type: ignore[misc]

    def unit_gone(self, device: str) -> None:
        """The unit's process ended: what it did not write down by now is nobody's."""
        now = self._shop.clock.boot()
        for touch in reversed(self.touches):
            if touch.device == device and (touch.at > now - UNDERSTOOD_S or device in self._stage.frozen):
                touch.sure = False
            if touch.at < now - 600:
                break

    def _act(self, act: Act) -> None:
        device, _, number = act.button.rpartition(".")
        now, place = self._shop.clock.boot(), (device, int(number))
        unit, verb = self._shop.units[device], act.verb
        if verb in ("arrive", "quiet", "drill") and unit.button(place[1]).key is None:
            verb = "press"
        busy = now < self._busy.get(place, 0.0)
        if busy and verb in ("undo", "drill", "quiet", "arrive"):
            return  # two hands at once in one gesture mean nothing that anybody could foresee
        self._busy[place] = now + SPAN_S[verb] + ALONE_S
        runs = unit.running
        if verb in ("press", "undo", "hammer", "long"):
            more = {"press": 0, "undo": 1, "hammer": HAMMERS, "long": 0}[verb]
            self.touches.append(Touch(*place, now, runs and not busy, more))
        elif verb in ("drill", "brush"):
            self.touches.append(Touch(*place, now, False, 0))
        self.touched(device, place[1], now)
        match verb:
            case "undo":
                self._stage.hand(act.button, "press")
                self._shop.clock.call_later(UNDO_AFTER_S, lambda: self._stage.hand(act.button, "undo"))
            case "hammer":
                self._stage.hand(act.button, "hammer", {"count": HAMMERS, "every_ms": 250.0})
            case "long":
                self._stage.hand(act.button, "press", {"ms": LONG_MS})
            case _:
                self._stage.hand(act.button, verb)
