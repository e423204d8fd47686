"""A transmission that grows while it is on the air: each batch is fixed as it is handed over, and whatever waits may
still stand in any later one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pager_gateway.pocsag.codewords import IDLE, SYNC
from pager_gateway.pocsag.packing import SLOTS, Call, pack


@dataclass(frozen=True, slots=True)
class Begun:
    """Which of the calls that were offered begins in a batch, and the slot of its last word. Slots are counted from the
    first batch of the transmission."""

    index: int
    start: int
    last: int


class Feed:
    def __init__(self) -> None:
        self.batches = 0
        self._spill: tuple[int, ...] = ()
        self._unended = False

    @property
    def open(self) -> bool:
        """Another batch must follow: a page goes on in it, or nothing has ended the last one yet."""
        return self._unended

    def next(self, calls: Sequence[Call]) -> tuple[tuple[int, ...], list[Begun]]:
        """The next batch, 17 words, and those that begin in it. The others may be offered again, among new ones."""
        made = pack(calls, self._spill)
        words = made.batches[0] if made.batches else (SYNC, *(IDLE,) * SLOTS)
        base = self.batches * SLOTS
        found = [
            Begun(index, base + start, base + start + length - 1)
            for index, (start, length) in enumerate(zip(made.starts, made.lengths, strict=True))
            if start < SLOTS
        ]
        left = self._spill[SLOTS:]
        for one in found:
            left = left or calls[one.index].words[base + SLOTS - one.start :]
        self._spill = left
        self._unended = words[-1] != IDLE
        self.batches += 1
        return words, found
