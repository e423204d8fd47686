"""Several pages in one transmission: each as early as its frame allows, the urgent first, an idle word last. Pure.

Slots are numbered 0..15 in the first batch, 16..31 in the second and so on; sync words are not counted."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass

from pager_gateway.pocsag.codewords import IDLE, SYNC, address_word, frame, message_word

SLOTS = 16
BATCH_BITS = 17 * 32
PREAMBLE_BITS = 576


@dataclass(frozen=True, slots=True)
class Call:
    """One page as codewords: its address word and the words of its message."""

    frame: int
    words: tuple[int, ...]

    @property
    def pager(self) -> tuple[int, int]:
        """The same for all calls of one RIC, whatever their function."""
        return self.frame, self.words[0] >> 13


def call(ric: int, function: int, pieces: Sequence[int]) -> Call:
    """`pieces`: 20 bits each, from `payload`; none for a tone."""
    return Call(frame(ric), (address_word(ric, function), *map(message_word, pieces)))


@dataclass(frozen=True, slots=True)
class Transmission:
    """`batches`: 17 words each, the sync word first. `starts`, `lengths`: per call, in the given order, the slot of its
    first word, and how many it has."""

    batches: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]
    lengths: tuple[int, ...]

    @property
    def begins(self) -> tuple[int, ...]:
        """In which batch (from 0) the first word of each call stands."""
        return tuple(start // SLOTS for start in self.starts)

    @property
    def ends(self) -> tuple[int, ...]:
        """And its last word."""
        return tuple(
            (start + length - 1) // SLOTS for start, length in zip(self.starts, self.lengths, strict=True)
        )

    def seconds(self, baud: int, preamble_bits: int = PREAMBLE_BITS) -> float:
        """Time on the air."""
        return seconds(len(self.batches), baud, preamble_bits)


def pack(calls: Sequence[Call], spill: Sequence[int] = ()) -> Transmission:
    """Earliest fit in the given order: give the urgent first. Pages of one pager never overtake each other. At least
    one idle word follows the last page, since a page that nothing ends is lost. `spill`: words that take the first
    slots, the rest of a page that began in a batch before these."""
    free: list[tuple[int, int]] = []
    """Gaps [begin, end) before `tail`, in order."""
    tail = len(spill)
    starts: list[int] = []
    behind: dict[tuple[int, int], int] = {}
    """Pager -> the slot after its page before."""
    for one in calls:
        length = len(one.words)
        start = _in_a_gap(free, one.frame, length, behind.get(one.pager, 0))
        if start is None:
            start = _next(one.frame, tail)
            if start > tail:
                free.append((tail, start))
            tail = start + length
        starts.append(start)
        behind[one.pager] = start + length
    slots = [IDLE] * (math.ceil((tail + 1) / SLOTS) * SLOTS if tail else 0)
    slots[: len(spill)] = spill
    for one, start in zip(calls, starts, strict=True):
        slots[start : start + len(one.words)] = one.words
    batches = tuple((SYNC, *slots[at : at + SLOTS]) for at in range(0, len(slots), SLOTS))
    return Transmission(batches, tuple(starts), tuple(len(one.words) for one in calls))


def batches_alone(one: Call) -> int:
    """How many batches a page takes when it goes by itself."""
    return (2 * one.frame + len(one.words)) // SLOTS + 1


def seconds(batches: int, baud: int, preamble_bits: int = PREAMBLE_BITS) -> float:
    return (preamble_bits + BATCH_BITS * batches) / baud


def _next(frame_number: int, slot: int) -> int:
    """The first slot of this frame from `slot` on: either of its two."""
    base = slot - slot % SLOTS + 2 * frame_number
    for start in (base, base + 1, base + SLOTS):
        if start >= slot:
            return start
    raise AssertionError("a frame comes in every batch")


def _in_a_gap(free: list[tuple[int, int]], frame_number: int, length: int, earliest: int) -> int | None:
    for at, (begin, end) in enumerate(free):
        start = _next(frame_number, max(begin, earliest))
        if start + length <= end:
            del free[at]
            for gap in ((begin, start), (start + length, end)):
                if gap[0] < gap[1]:
                    insort(free, gap)
            return start
    return None
