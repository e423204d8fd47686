"""The buffer and the carrier of an MMDVM modem: preamble, batch after batch while there are any, and silence.

A batch leaves the buffer some time before its first bit is on the air, so room says little about the air."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field

from simulator.transmitters.base import Airs, BoxOutput, OnAir
from simulator.transmitters.mmdvm_habits import MmdvmHabits
from simulator.transmitters.pocsag_receiver import PocsagReceiver, Received

BAUD = 1200
BATCH_BITS = 17 * 32
NOBODY = "?"
"""The carrier is up and calls nobody, as far as is known."""
KEPT = 64
EARLY_S = 1e-9


def preamble_bytes(tx_delay: int) -> int:
    return min(150, 72 + tx_delay * 3 // 2)


@dataclass(slots=True)
class Carrier:
    """One transmission as it went out: bytes, the highest bit first."""

    since: float
    sent: bytearray
    until: float | None = None
    batches: int = 0


@dataclass(slots=True)
class _Pages:
    """Pages by the moment of their last bit."""

    heap: list[tuple[float, int, Received]] = field(default_factory=list)
    order: int = 0

    def put(self, moment: float, page: Received) -> None:
        self.order += 1
        heapq.heappush(self.heap, (moment, self.order, page))


class MmdvmRadio:
    """`enabled`: it may go on the air. `history` holds the last transmissions."""

    def __init__(self, habits: MmdvmHabits) -> None:
        self._habits = habits
        self._receiver = PocsagReceiver()
        self.history: deque[Carrier] = deque(maxlen=KEPT)
        self.enabled = False
        self.tx_delay = 0
        self._buffer: deque[bytes] = deque()
        self._carrier: Carrier | None = None
        self._begun = 0
        """Bits that the receiver had heard before this carrier."""
        self._pages = _Pages()
        self._shown: Airs | None = None

    @property
    def on_air(self) -> bool:
        return self._carrier is not None

    @property
    def room(self) -> int:
        return self._habits.buffer - len(self._buffer)

    def take(self, batch: bytes) -> None:
        """Call `run` before it and after it."""
        self._buffer.append(batch)

    def run(self, now: float) -> list[BoxOutput]:
        """Everything whose moment has come."""
        found: list[BoxOutput] = []
        if self._carrier is None and self._buffer and self.enabled:
            self._key_up(now)
        carrier = self._carrier
        if carrier is None:
            return found
        while self._buffer and self.enabled and self._draw_at(carrier) <= now + EARLY_S:
            self._draw(carrier, self._buffer.popleft())
        self._heard(now, found)
        if self._end_of(carrier) <= now + EARLY_S:
            found += self._key_down(carrier, self._end_of(carrier))
        else:
            self._show(carrier, found)
        return found

    def due(self) -> float | None:
        carrier = self._carrier
        if carrier is None:
            return None
        moments = [self._end_of(carrier)]
        if self._buffer and self.enabled:
            moments.append(self._draw_at(carrier))
        if self._pages.heap:
            moments.append(self._pages.heap[0][0])
        return min(moments)

    def power_off(self, now: float) -> list[BoxOutput]:
        """Whatever was not on the air yet is lost."""
        self._buffer.clear()
        found: list[BoxOutput] = []
        carrier = self._carrier
        if carrier is not None:
            self._heard(now, found)
            self._pages.heap.clear()
            del carrier.sent[int((now - carrier.since) * BAUD) // 8 :]
            found += self._key_down(carrier, now)
        return found

    def _key_up(self, now: float) -> None:
        preamble = bytes((0xAA,)) * preamble_bytes(self.tx_delay)
        self._carrier = Carrier(now, bytearray(preamble))
        self.history.append(self._carrier)
        self._begun = self._receiver.bits
        self._receiver.hear(preamble)

    def _draw_at(self, carrier: Carrier) -> float:
        """When the next batch leaves the buffer."""
        return carrier.since + max(0, 8 * len(carrier.sent) - self._habits.ahead_bits) / BAUD

    def _draw(self, carrier: Carrier, batch: bytes) -> None:
        carrier.sent += batch
        carrier.batches += 1
        for page in self._receiver.hear(batch):
            self._pages.put(carrier.since + (page.last_bit - self._begun) / BAUD, page)

    def _end_of(self, carrier: Carrier) -> float:
        return carrier.since + 8 * len(carrier.sent) / BAUD

    def _heard(self, now: float, found: list[BoxOutput]) -> None:
        while self._pages.heap and self._pages.heap[0][0] <= now + EARLY_S:
            page = heapq.heappop(self._pages.heap)[2]
            found.append(OnAir(page.address, self._habits.pagers.shows(page), page.alert))

    def _key_down(self, carrier: Carrier, moment: float) -> list[BoxOutput]:
        carrier.until = moment
        self._carrier = self._shown = None
        self._receiver.silence()
        return [Airs(None, carrier.since, moment, 0)]

    def _show(self, carrier: Carrier, found: list[BoxOutput]) -> None:
        """What the antenna is at, when that has changed."""
        heap = self._pages.heap
        until = self._end_of(carrier) + len(self._buffer) * BATCH_BITS / BAUD
        shown = Airs(heap[0][2].address if heap else NOBODY, carrier.since, until, max(0, len(heap) - 1))
        if shown != self._shown:
            self._shown = shown
            found.append(shown)
