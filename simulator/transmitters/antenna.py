"""The radio behind a simulated transmitter: one page on the air at a time, for as long as POCSAG takes for it.

Written from the protocol's figures: 576 bits of preamble, then batches of a sync codeword and sixteen others of 32
bits each. An address codeword has to wait for its pager's frame; a message codeword carries 20 bits, a letter 7."""

from __future__ import annotations

import math
from collections import deque

from simulator.transmitters.base import Airs, BoxOutput, OnAir

PREAMBLE = 576
CODEWORD = 32
IN_A_BATCH = 16
FRAMES = 8
LETTER, CARRIED = 7, 20


def bits(address: str, text: str) -> tuple[int, int]:
    """Bits until the pager has its last codeword, and until the carrier goes."""
    frame = int(address) % FRAMES if address.isdecimal() else 0
    last = 2 * frame + 1 + math.ceil(len(text) * LETTER / CARRIED)
    batches = math.ceil(last / IN_A_BATCH)
    return PREAMBLE + (last + batches) * CODEWORD, PREAMBLE + batches * (IN_A_BATCH + 1) * CODEWORD


class Antenna:
    """Pages that were accepted go out in order. `baud` None: they take no time."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[OnAir, int]] = deque()
        self._page: OnAir | None = None
        """What its pager has not yet heard to the end."""
        self._airs: Airs | None = None
        self._heard_at = 0.0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self, page: OnAir, baud: int | None, now: float) -> list[BoxOutput]:
        if baud is None:
            return [page]
        self._waiting.append((page, baud))
        found = self.tick(now)
        return found if any(isinstance(one, Airs) for one in found) else [*found, self._shown()]

    def tick(self, now: float) -> list[BoxOutput]:
        found: list[BoxOutput] = []
        while (moment := self.due()) is not None and moment <= now:
            if self._page is not None:
                found.append(self._page)
                self._page = None
            else:
                found.append(self._next(now if self._airs is None else moment))
        return found

    def due(self) -> float | None:
        if self._page is not None:
            return self._heard_at
        if self._airs is not None:
            return self._airs.until
        return -math.inf if self._waiting else None

    def power_off(self) -> list[BoxOutput]:
        """Whatever was accepted and not heard is lost."""
        self._waiting.clear()
        self._page = None
        was, self._airs = self._airs, None
        return [] if was is None else [Airs(None, was.since, was.until, 0)]

    def _next(self, moment: float) -> Airs:
        if not self._waiting:
            was, self._airs = self._airs, None
            assert was is not None
            return Airs(None, was.since, was.until, 0)
        self._page, baud = self._waiting.popleft()
        heard, whole = bits(self._page.address, self._page.text)
        self._heard_at = moment + heard / baud
        self._airs = Airs(self._page.address, moment, moment + whole / baud, len(self._waiting))
        return self._airs

    def _shown(self) -> Airs:
        """One more waits."""
        assert self._airs is not None
        self._airs = Airs(self._airs.address, self._airs.since, self._airs.until, len(self._waiting))
        return self._airs
