"""How an MMDVM modem puts its frames on the line: late, in pieces, among debug frames and garbage, if it must."""

from __future__ import annotations

from collections import deque
from random import Random

from simulator.faults import garbage
from simulator.transmitters.base import Say
from simulator.transmitters.mmdvm_habits import MmdvmFaults, MmdvmHabits

DEBUG = bytes((0xE0, 0x10, 0xF1)) + b"TX on, E0 \xe0\x0e\x01"


class MmdvmVoice:
    """What is said later never overtakes what was said before it."""

    def __init__(self, habits: MmdvmHabits, faults: MmdvmFaults, random: Random) -> None:
        self._habits = habits
        self._faults = faults
        self._random = random
        self._later: deque[tuple[float, Say]] = deque()

    def say(self, now: float, kind: int, data: bytes, why: str) -> list[Say]:
        """What to put on the line at once; the rest becomes ripe later."""
        said = self._sound(bytes((0xE0, len(data) + 3, kind)) + data, why)
        wait = self._habits.reply_s + self._faults.slow_s
        if wait <= 0 and not self._later:
            return said
        due = max(now + wait, self._later[-1][0] if self._later else 0.0)
        self._later.extend((due, one) for one in said)
        return []

    def ripe(self, now: float) -> list[Say]:
        found: list[Say] = []
        while self._later and self._later[0][0] <= now:
            found.append(self._later.popleft()[1])
        return found

    def due(self) -> float | None:
        return self._later[0][0] if self._later else None

    def hush(self) -> None:
        self._later.clear()

    def _sound(self, frame: bytes, why: str) -> list[Say]:
        if self._faults.noise <= 0:
            return [Say(frame, why)]
        found: list[Say] = []
        if self._strikes():
            found.append(Say(DEBUG, "a debug frame"))
        if self._strikes():
            found.append(Say(garbage(self._random, self._random.randint(1, 6)), "garbage"))
        if self._strikes():
            cut = self._random.randint(1, len(frame) - 1)
            return [*found, Say(frame[:cut], f"{why} (a part)"), Say(frame[cut:], f"{why} (the rest)")]
        return [*found, Say(frame, why)]

    def _strikes(self) -> bool:
        return self._random.random() < self._faults.noise
