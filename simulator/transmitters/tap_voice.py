"""How a simulated paging terminal puts words and control codes on the line: line ends, parity, noise, delays."""

from __future__ import annotations

import heapq
from random import Random

from simulator.faults import garbage
from simulator.transmitters.base import Say
from simulator.transmitters.tap_habits import TapFaults, TapHabits

ACK, NAK, RS, DISCONNECT, GO = b"\x06\r", b"\x15\r", b"\x1e\r", b"\x1b\x04\r", b"\x1b[p\r"
CONTROL = b"\x06\x15\x1e\x1b\x11\x13"


class TapVoice:
    """What is said later never overtakes what was said before it."""

    def __init__(self, habits: TapHabits, faults: TapFaults, random: Random) -> None:
        self._habits = habits
        self._faults = faults
        self._random = random
        self._later: list[tuple[float, int, Say]] = []
        self._order = 0

    def say(self, now: float, words: bytes, control: bytes, why: str, after_s: float) -> list[Say]:
        """What to put on the line at once; the rest becomes ripe later."""
        data = self._sound(words, control, why)
        pieces = [bytes((byte,)) for byte in data] if self._faults.split else [data]
        said = [Say(piece, why) for piece in pieces]
        wait = self._habits.reply_s + after_s
        if wait <= 0 and not self._later:
            return said
        due = max(now + wait, max((moment for moment, _, _ in self._later), default=0.0))
        for one in said:
            self._order += 1
            heapq.heappush(self._later, (due, self._order, one))
        return []

    def ripe(self, now: float) -> list[Say]:
        found: list[Say] = []
        while self._later and self._later[0][0] <= now:
            found.append(heapq.heappop(self._later)[2])
        return found

    def due(self) -> float | None:
        return self._later[0][0] if self._later else None

    def hush(self) -> None:
        """The line is gone, and with it whatever was to be said."""
        self._later.clear()

    def _sound(self, words: bytes, control: bytes, why: str) -> bytes:
        habits = self._habits
        if not habits.verbose:
            words = words[:3] + b"\r" if words[:3].isdigit() else b""
        data = (words + control).replace(b"\r", habits.line_end)
        if habits.text_after and control in (ACK, DISCONNECT):
            data += b"* " + why.encode("ascii", "replace") + b" *\n\r"
        if self._faults.noise > 0 and self._random.random() < self._faults.noise:
            data = garbage(self._random, 3, CONTROL + bytes(byte | 0x80 for byte in CONTROL)) + data
        if habits.parity:
            data = bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in data)
        return data
