"""What only the running machine can tell: a wall clock that is sure, temperature, a read-only disk."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from firmware_bridge.health import Readings

STA_UNSYNC = 0x40
_TIMEX_BYTES = 256
_STATUS_AT = 5 * ctypes.sizeof(ctypes.c_long)
"""`status` in the kernel's struct timex: after modes (padded), offset, freq, maxerror, esterror."""
_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")


def kernel_clock_synced() -> Callable[[], bool]:
    """The kernel's own word on its clock; a date that looks right proves nothing."""
    adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex

    def synced() -> bool:
        timex = ctypes.create_string_buffer(_TIMEX_BYTES)
        if adjtimex(timex) < 0:
            return False
        return not int.from_bytes(timex.raw[_STATUS_AT : _STATUS_AT + 4], sys.byteorder) & STA_UNSYNC

    return synced


def wall_when(synced: Callable[[], bool]) -> Callable[[], datetime | None]:
    """The wall clock as the core takes it: None while nobody vouches for it."""
    return lambda: datetime.now(UTC) if synced() else None


def reader(synced: Callable[[], bool], data: Path) -> Callable[[], Readings]:
    """Readings for telemetry; what this machine does not know stays None."""
    return lambda: Readings(
        temp_c=_temperature(),
        disk_ro=_read_only(data),
        clock="synced" if synced() else "unsynced",
    )


def _temperature() -> float | None:
    try:
        return round(int(_TEMPERATURE.read_text()) / 1000, 1)
    except (OSError, ValueError):
        return None


def _read_only(folder: Path) -> bool | None:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return None
