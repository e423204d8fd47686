"""Trouble of a line as the schedule draws it: the cable, and whatever the kind of box at its end can have."""

from __future__ import annotations

from simulator.stage import Cable
from simulator.transmitters.base import Trouble
from simulator.world.lines import GARBLED, PULLED, PULLED_ON_AIR, Rang
from simulator.world.schedule import STRIKING
from simulator.world.shop import WorldShop
from simulator.world.stage import WorldStage

CABLES = {
    PULLED: (Cable.PULL, Cable.PLUG),
    PULLED_ON_AIR: (Cable.PULL, Cable.PLUG),
    GARBLED: (Cable.GARBLE, Cable.CLEAN),
}
MOST_STRIKES = 3
SLOWEST_MS = 9_000
SOON_S = 0.5
"""The next page of a burst is with the transmitter by then."""


class LineTrouble:
    def __init__(self, shop: WorldShop, stage: WorldStage) -> None:
        self._shop, self._stage = shop, stage
        self._on_air: dict[str, float] = {}
        """Lines of which the cable goes after the next page, and so many seconds after it."""
        shop.on_air.append(self._aired)

    def begin(self, name: str, kind: str, size: float) -> None:
        if kind == PULLED_ON_AIR:
            self._on_air[name] = SOON_S * size
        elif kind in CABLES:
            self._stage.cable(name, CABLES[kind][0])
        else:
            self._set(name, Trouble(kind), amount(Trouble(kind), size))

    def _aired(self, rang: Rang) -> None:
        after_s = self._on_air.pop(rang.line, None)
        if after_s is not None:
            self._shop.clock.call_later(after_s, lambda: self._stage.cable(rang.line, Cable.PULL))

    def end(self, name: str, kind: str) -> None:
        self._on_air.pop(name, None)
        if kind in CABLES:
            self._stage.cable(name, CABLES[kind][1])
        else:
            self._set(name, Trouble(kind), 0)

    def heal(self) -> None:
        for name, box in self._shop.boxes.items():
            for kind in (*CABLES, *sorted(box.troubles)):
                self.end(name, kind)

    def _set(self, name: str, kind: Trouble, amount: int) -> None:
        line, now = self._shop.transmitters[name], self._shop.clock.boot()
        line.do(lambda: self._shop.boxes[name].trouble(kind, amount, now))


def amount(kind: Trouble, size: float) -> int:
    """What a size between 0 and 1 is for this kind."""
    if kind is Trouble.SLOW:
        return int(SLOWEST_MS * size)
    return 1 + int(size * MOST_STRIKES) if kind in STRIKING else 1
