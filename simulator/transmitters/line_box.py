"""The common half of simulated boxes that read frames or lines and say a line about each: trouble, delays, radio."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from simulator.faults import garbage
from simulator.transmitters.antenna import Antenna
from simulator.transmitters.base import BoxOutput, HangUp, OnAir, Say, Trouble, Understood

BACK_S = 1.0
"""After a reset the line is there again."""
LAST_WORDS_S = 0.1


@dataclass(slots=True)
class LineHabits:
    """How such a box behaves when it is well."""

    reply_s: float = 0.0
    baud: int | None = None
    """Of its radio: 512, 1200, 2400. A page is heard after its air time, and the next one waits. None: at once."""


class LineBox(ABC):
    """A `base.TroubledBox`. A kind adds `hear` and `forget`, asks `judged` about each page, and talks by `say`."""

    troubles: frozenset[Trouble] = frozenset(Trouble)
    harmless: bytes = b"\x00\x7f"
    """What it babbles under `GARBAGE`."""

    def __init__(self, habits: LineHabits, knows: Callable[[str], bool], seed: int) -> None:
        self._habits = habits
        self._knows = knows
        self._random = Random(seed)  # noqa: S311
        self._antenna = Antenna()
        self._amounts = dict.fromkeys(Trouble, 0)
        self._later: deque[tuple[float, Say | HangUp]] = deque()
        self._out: list[BoxOutput] = []

    @abstractmethod
    def hear(self, data: bytes, now: float) -> None:
        """Bytes of the gateway, cut anywhere."""

    @abstractmethod
    def forget(self) -> None:
        """Power or line gone: what is half read, and whatever it knew of its guest."""

    @abstractmethod
    def in_frame(self) -> bool:
        """Something is half read."""

    # A Box

    def received(self, data: bytes, now: float) -> None:
        if self._amounts[Trouble.SILENT]:
            self.understood(data, "nobody listens")
            return
        for byte in data:
            self.hear(bytes((byte,)), now)
            if self.in_frame() and self._strikes(Trouble.RESET):
                self.understood(b"", "it starts anew in the middle of a frame")
                self.forget()
                self._out.append(HangUp(BACK_S))
                return

    def hung_up(self, now: float) -> None:
        self._later.clear()
        self.forget()

    def tick(self, now: float) -> None:
        self._out.extend(self._antenna.tick(now))
        while self._later and self._later[0][0] <= now:
            self._out.append(self._later.popleft()[1])

    def due(self) -> float | None:
        moments = [self._antenna.due(), self._later[0][0] if self._later else None]
        return min((moment for moment in moments if moment is not None), default=None)

    def outputs(self) -> list[BoxOutput]:
        out, self._out = self._out, []
        return out

    def trouble(self, kind: Trouble, amount: int, now: float) -> None:
        if kind not in self.troubles:
            raise KeyError(kind)
        self._amounts[kind] = amount
        if kind is Trouble.SILENT and amount:
            self._later.clear()
            self.forget()
            self._out.extend(self._antenna.power_off())

    @property
    def amounts(self) -> dict[Trouble, int]:
        """What trouble it is in."""
        return dict(self._amounts)

    # For the kinds

    @property
    def silent(self) -> bool:
        return self._amounts[Trouble.SILENT] > 0

    @property
    def waiting(self) -> int:
        """Pages that were taken and have not begun."""
        return self._antenna.waiting

    def judged(self, address: str) -> Trouble | None:
        """What stands against a page for this address, in the words of trouble; None: it is fine."""
        for kind in (Trouble.CHECKSUM, Trouble.REFUSE):
            if kind in self.troubles and self._strikes(kind):
                return kind
        if self._amounts[Trouble.BUSY]:
            return Trouble.BUSY
        return None if self._knows(address) else Trouble.REFUSE

    def on_air(self, page: OnAir, now: float) -> bool:
        """It goes out; True: and the gateway may hear of it."""
        self._out.extend(self._antenna.take(page, self._habits.baud, now))
        return not self._strikes(Trouble.LOSE_REPLY)

    def understood(self, data: bytes, why: str) -> None:
        self._out.append(Understood(data, why))

    def say(self, data: bytes, why: str, now: float) -> None:
        if self._amounts[Trouble.GARBAGE]:
            others = bytes(byte for byte in range(256) if byte not in self.harmless)
            data = garbage(self._random, 3, others) + data
        self._soon(Say(data, why), now)

    def hang_up(self, now: float) -> None:
        """When its last words have had time to arrive."""
        self._soon(HangUp(BACK_S / 5), now, LAST_WORDS_S)

    def _soon(self, what: Say | HangUp, now: float, wait_s: float = 0.0) -> None:
        """What is said later never overtakes what was said before it."""
        wait_s += self._habits.reply_s + self._amounts[Trouble.SLOW] / 1000
        if wait_s <= 0 and not self._later:
            self._out.append(what)
        else:
            self._later.append((max(now + wait_s, self._later[-1][0] if self._later else now), what))

    def _strikes(self, kind: Trouble) -> bool:
        struck = self._amounts[kind] > 0
        self._amounts[kind] -= struck
        return struck
