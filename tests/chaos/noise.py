"""A serial line on which now and then a byte arrives as another, in both directions."""

from __future__ import annotations

from random import Random

from simulator.transmitters.base import Box, BoxOutput, Say

APART = (60, 160)
"""Bytes between two broken ones: TAP's sum over a block finds one of them for certain, two could hide each other."""


class NoisyLine:
    """A `base.Box` behind it. Only its owner's thread may touch it, `noisy` excepted."""

    def __init__(self, box: Box, random: Random) -> None:
        self._box = box
        self._random = random
        self._left = random.randint(*APART)
        self.noisy = False
        self.broken = 0

    def received(self, data: bytes, now: float) -> None:
        self._box.received(self._through(data), now)

    def hung_up(self, now: float) -> None:
        self._box.hung_up(now)

    def tick(self, now: float) -> None:
        self._box.tick(now)

    def due(self) -> float | None:
        return self._box.due()

    def outputs(self) -> list[BoxOutput]:
        return [
            Say(self._through(one.data), one.why) if isinstance(one, Say) else one
            for one in self._box.outputs()
        ]

    def _through(self, data: bytes) -> bytes:
        if not self.noisy:
            return data
        found = bytearray(data)
        for index in range(len(found)):
            self._left -= 1
            if self._left <= 0:
                found[index] ^= 1 << self._random.randrange(7)
                self._left = self._random.randint(*APART)
                self.broken += 1
        return bytes(found)
