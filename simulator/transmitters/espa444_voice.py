"""How a simulated ESPA paging system puts bytes on the line: parity, noise, delays."""

from __future__ import annotations

from collections import deque
from random import Random

from simulator.faults import garbage
from simulator.transmitters.base import Say
from simulator.transmitters.espa444_habits import EspaFaults, EspaHabits

MEANINGFUL = bytes(range(0x20)) + b"0123456789"
"""Noise has none of them, with or without an eighth bit: it disturbs, but it does not lie."""


class EspaVoice:
    """What is said later never overtakes what was said before it."""

    def __init__(self, habits: EspaHabits, faults: EspaFaults, random: Random) -> None:
        self._habits = habits
        self._faults = faults
        self._random = random
        self._later: deque[tuple[float, Say]] = deque()

    def say(self, now: float, data: bytes, why: str, after_s: float = 0.0) -> list[Say]:
        """What to put on the line at once; the rest becomes ripe later."""
        said = Say(self._sound(data), why)
        wait_s = self._habits.reply_s + self._faults.delay_reply_s + after_s
        if wait_s <= 0 and not self._later:
            return [said]
        last = self._later[-1][0] if self._later else now
        self._later.append((max(now + wait_s, last), said))
        return []

    def ripe(self, now: float) -> list[Say]:
        found: list[Say] = []
        while self._later and self._later[0][0] <= now:
            found.append(self._later.popleft()[1])
        return found

    def due(self) -> float | None:
        return self._later[0][0] if self._later else None

    def hush(self) -> None:
        """The line is gone, and with it whatever was to be said."""
        self._later.clear()

    def _sound(self, data: bytes) -> bytes:
        if self._faults.noise > 0 and self._random.random() < self._faults.noise:
            data = garbage(self._random, 3, MEANINGFUL + bytes(byte | 0x80 for byte in MEANINGFUL)) + data
        if self._habits.parity and self._habits.bits == 7:
            data = bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in data)
        return data
