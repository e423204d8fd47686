"""The wall clock, and whether anybody vouches for it: the plan's hours mean nothing by a clock that is wrong."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from datetime import UTC, datetime

STA_UNSYNC = 0x40
AGREES_S = 60.0
"""A receipt may have waited in the broker for so long."""
_TIMEX_BYTES = 256
_STATUS_AT = 5 * ctypes.sizeof(ctypes.c_long)
"""`status` in the kernel's struct timex: after modes (padded), offset, freq, maxerror, esterror."""


class WallClock:
    """`epoch` gives seconds since 1970; `kernel_synced` whether the kernel vouches for them.

    A virtual machine's kernel often vouches for nothing although its clock is right. So the server's word is believed
    too: a receipt says when the server made it, and where both agree the plan means the same hours to both."""

    def __init__(self, epoch: Callable[[], float], kernel_synced: Callable[[], bool]) -> None:
        self.epoch = epoch
        self._kernel_synced = kernel_synced
        self._agrees = False

    def compare(self, said_at: datetime) -> None:
        """What the server's clock showed a moment ago."""
        self._agrees = abs(self.epoch() - said_at.timestamp()) <= AGREES_S

    def synced(self) -> bool:
        return self._agrees or self._kernel_synced()

    def sure(self) -> datetime | None:
        """None while the clock is not synced."""
        return datetime.fromtimestamp(self.epoch(), UTC) if self.synced() else None


def kernel_clock_synced() -> Callable[[], bool]:
    """The kernel's own word on its clock; a date that looks right proves nothing."""
    adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex

    def synced() -> bool:
        timex = ctypes.create_string_buffer(_TIMEX_BYTES)
        if adjtimex(timex) < 0:
            return False
        return not int.from_bytes(timex.raw[_STATUS_AT : _STATUS_AT + 4], sys.byteorder) & STA_UNSYNC

    return synced
