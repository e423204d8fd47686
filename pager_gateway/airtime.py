"""How long a carrier was up in the last hour, what a page takes of it, and when there is room again. Pure.

Where a band allows a share of each hour only, this is the law's own count. So it errs to the long side: a transmission
counts from its end, a slot of ten seconds leaves the hour as a whole, and a page whose driver says nothing of its air
time is reckoned as if it went alone."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from broker_config.messages import PageFormat
from pager_gateway.pocsag import packing

HOUR_S = 3_600.0
GRAIN_S = 10.0
GAPS = 1.25
"""By this a packed transmission is longer than its words, about: see the packing test."""
CODE_S = 0.5
"""A 24-bit code on 433 MHz, with its repeats."""
Reckoned: TypeAlias = tuple[PageFormat, int, str]
"""What a page's air time is reckoned from: format, characters, address."""
LAST_FRAME = 7
"""Where a page takes longest; who knows the frame of a capcode that a box translates?"""


@dataclass(frozen=True, slots=True)
class AirLimits:
    """What one transmitter may and can do with its air."""

    ceiling_s_per_h: int | None = None
    """None: as much as it likes."""
    radio_baud: int = 1200
    """To reckon pages of a driver that does not say how long they take."""
    most_air_s: float = 8.0
    """A batch grows to about this, so that an urgent page never waits longer for its turn."""


def alone_s(format: PageFormat, characters: int, baud: int) -> float:
    """A page that goes by itself, with its preamble."""
    if format is PageFormat.CODE:
        return CODE_S
    page = packing.Call(LAST_FRAME, (0,) * _words(format, characters))
    return packing.seconds(packing.batches_alone(page), baud)


class Growing:
    """Reckons a transmission that is still being put together. `packs`: its pages share a preamble and batches.

    Pages of one frame follow each other a batch apart; those of several frames leave gaps."""

    def __init__(self, baud: int, *, packs: bool) -> None:
        self._baud = baud
        self._packs = packs
        self._sum = 0.0
        self._frames = [0.0] * (LAST_FRAME + 1)
        """Batches that the pages of each frame need at least."""
        self.pages = 0

    def with_another(self, format: PageFormat, characters: int, address: str) -> float:
        """How long it would be with this page."""
        if not self._packs or not self.pages or format is PageFormat.CODE:
            return self._sum + alone_s(format, characters, self._baud)
        words = _words(format, characters)
        frame = self._frames[_frame(address)] + _in_its_frame(words)
        batches = max(self._sum + _among_others(words), frame, *self._frames) + 1
        return packing.seconds(math.ceil(batches), self._baud)

    def add(self, format: PageFormat, characters: int, address: str) -> None:
        if self._packs and format is not PageFormat.CODE:
            words = _words(format, characters)
            self._sum += _among_others(words)
            self._frames[_frame(address)] += _in_its_frame(words)
        else:
            self._sum = self.with_another(format, characters, address)
        self.pages += 1


def _among_others(words: int) -> float:
    """Batches. Two pages of more than half a batch seldom share one."""
    return max(GAPS * words / packing.SLOTS, 1.0 if words > packing.SLOTS / 2 else 0.0)


def _in_its_frame(words: int) -> float:
    return 0.5 if words == 1 else math.ceil(words / packing.SLOTS)


def _frame(address: str) -> int:
    """A capcode is a RIC in most shops; what is none may be in any frame."""
    digits = address.rstrip("ABCDabcd")
    return int(digits) % (LAST_FRAME + 1) if digits.isdecimal() else LAST_FRAME


def _words(format: PageFormat, characters: int) -> int:
    """Codewords of 20 bits: four bits a digit, seven a letter, and the address."""
    bits = {PageFormat.TEXT: 7, PageFormat.NUMERIC: 4}.get(format, 0)
    return 1 + math.ceil(characters * bits / 20)


class AirTime:
    """Seconds on the air in the last hour. Moments are boot-time seconds."""

    def __init__(self) -> None:
        self._slots: deque[tuple[int, float]] = deque()
        self.total = 0.0
        """As it was when somebody looked last: `used` looks anew."""

    def add(self, seconds: float, until: float) -> None:
        """A carrier was up, or will be, for so long, until then. What is told late counts with the last."""
        slot = int(until // GRAIN_S)
        if self._slots and slot <= self._slots[-1][0]:
            slot, before = self._slots.pop()
            self._slots.append((slot, before + seconds))
        else:
            self._slots.append((slot, seconds))
        self.total += seconds

    def used(self, now: float) -> float:
        while self._slots and _leaves_at(self._slots[0][0]) <= now:
            self.total -= self._slots.popleft()[1]
        if not self._slots:
            self.total = 0.0
        return self.total

    def room_at(self, seconds: float, ceiling_s: float, now: float) -> float:
        """When so many seconds fit under the ceiling: now, or once enough has slid out of the hour. What is longer than
        the ceiling itself fits into an empty hour."""
        left, at = ceiling_s - self.used(now), now
        for slot, gone in self._slots:
            if seconds <= left:
                break
            left += gone
            at = _leaves_at(slot)
        return at

    def next_change(self) -> float | None:
        """When `used` falls by itself."""
        return _leaves_at(self._slots[0][0]) if self._slots else None

    def spans(self, now: float) -> list[tuple[float, float]]:
        """(age, seconds) of all that counts, the oldest first. A slot is as old as its end: perhaps below 0."""
        self.used(now)
        return [(round(now - (slot + 1) * GRAIN_S, 3), round(seconds, 3)) for slot, seconds in self._slots]

    def load(self, spans: Iterable[tuple[float, float]], now: float) -> None:
        """What `spans` said, by a process before this one; ages are of now."""
        for age, seconds in sorted(spans, reverse=True):
            self.add(seconds, now - age)


def _leaves_at(slot: int) -> float:
    return (slot + 1) * GRAIN_S + HOUR_S
