"""Presses that the disk did not take, in memory until it does: a bounded number, the newest of them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from firmware_bridge.press import Spooled

MOST = 1_000
"""About half a MiB. A shop that makes so many presses while its disk and its network are both dead does not exist."""


class Reserve:
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[UUID, Spooled] = {}
        self.lost = 0
        """Presses that had to make room for newer ones, since the process started."""

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, press: UUID) -> bool:
        return press in self._held

    def put(self, rows: Iterable[Spooled]) -> list[UUID]:
        """Hold these too. Returns the presses that are lost by it: the oldest."""
        for one in rows:
            self._held[one.press.id] = one
        gone = []
        while len(self._held) > self._most:
            oldest = min(self._held.values(), key=_seq).press.id
            del self._held[oldest]
            gone.append(oldest)
        self.lost += len(gone)
        return gone

    def take_out(self, press: UUID) -> bool:
        """It has its receipt, or is on the disk. False: it is not here."""
        return self._held.pop(press, None) is not None

    def oldest(self, most: int) -> list[Spooled]:
        return sorted(self._held.values(), key=_seq)[:most]

    def freshest(self, most: int, before: int) -> list[Spooled]:
        """Highest `seq` first, all below `before`."""
        found = [one for one in self._held.values() if one.seq < before]
        return sorted(found, key=_seq, reverse=True)[:most]


def _seq(one: Spooled) -> int:
    return one.seq
