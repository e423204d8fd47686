"""The wall clock, and whether anybody vouches for it: the plan's hours mean nothing by a clock that is wrong."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

STA_UNSYNC = 0x40
_TIMEX_BYTES = 256
_STATUS_AT = 5 * ctypes.sizeof(ctypes.c_long)
"""`status` in the kernel's struct timex: after modes (padded), offset, freq, maxerror, esterror."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """`epoch` gives seconds since 1970; `synced` whether they can be believed."""

    epoch: Callable[[], float]
    synced: Callable[[], bool]

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
