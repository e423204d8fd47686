"""What a modem's clock, flag and free room say together: how much of a transmission it has, and how far it is. Pure.

A batch leaves the modem's buffer by the beat of its radio: protocol 1 fills a queue of 1024 bits before the antenna,
protocol 2 takes a batch as the one before ends. So what has left is known from the time since the carrier came up, and
with what is still in the buffer that is all the modem ever took. Every figure here is a bound, not a guess."""

from __future__ import annotations

from dataclasses import dataclass

from pager_gateway.pocsag.packing import BATCH_BITS, SLOTS

BAUD = 1200
"""Of every MMDVM modem."""
BATCH_S = BATCH_BITS / BAUD
WORD_BITS = 32
AHEAD_BITS: dict[int, tuple[int, int]] = {1: (984, 1056), 2: (0, 200)}
"""So long before its own first bit a batch leaves the buffer, by protocol: at least, at most."""
EARLY_S = 1e-6


@dataclass(frozen=True, slots=True)
class Beat:
    """`elapsed` is always the time since the carrier came up."""

    preamble_bits: int
    protocol: int

    def first_s(self, batch: int) -> float:
        """When the first bit of this batch (from 0) is on the air: so many batches have left the antenna by then."""
        return (self.preamble_bits + BATCH_BITS * batch) / BAUD

    def over_s(self, slot: int) -> float:
        """When the word in this slot has left the antenna."""
        words = 1 + slot % SLOTS + 1
        return self.first_s(slot // SLOTS) + words * WORD_BITS / BAUD

    @property
    def draws_s(self) -> float:
        """So long before its first bit a batch has left the buffer, at most."""
        return AHEAD_BITS[self.protocol][1] / BAUD

    def begun(self, elapsed: float) -> int:
        """Batches whose first bit is on the air."""
        return max(0, int((elapsed + EARLY_S - self.first_s(0)) // BATCH_S) + 1)

    def drawn_at_least(self, elapsed: float) -> int:
        least, _ = AHEAD_BITS[self.protocol]
        return self._drawn(elapsed, least) if elapsed >= 0 else 0

    def drawn_at_most(self, elapsed: float) -> int:
        _, most = AHEAD_BITS[self.protocol]
        return self._drawn(elapsed, most)

    def _drawn(self, elapsed: float, ahead: int) -> int:
        """The queue has room at once for what fits behind the preamble."""
        return self.begun(max(0.0, elapsed) + ahead / BAUD)

    def taken_at_least(self, elapsed: float, held: int) -> int:
        """`held`: batches in its buffer, while the carrier is up. An empty buffer says nothing of what has left it, but
        the carrier says that there is something to send."""
        if held:
            return self.drawn_at_least(elapsed) + held
        return max(1, self.begun(elapsed))

    def taken_at_most(self, elapsed: float, held: int) -> int:
        return self.drawn_at_most(elapsed) + held
