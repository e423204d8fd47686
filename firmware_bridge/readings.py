"""What only the running machine can tell: a wall clock that is sure, heat, power, radio, the disk, our own memory."""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from firmware_bridge.health import Read, Readings

STA_UNSYNC = 0x40
_TIMEX_BYTES = 256
_STATUS_AT = 5 * ctypes.sizeof(ctypes.c_long)
"""`status` in the kernel's struct timex: after modes (padded), offset, freq, maxerror, esterror."""
EVERY_S = 10.0
STALE_S = 60.0
"""A reading that hangs for so long is not told any more: None is honest, an old temperature is not."""
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the kernel tells it; another `root` in tests. A pattern may fit nothing: then it is None."""

    root: Path = Path("/")
    temperature: str = "sys/class/thermal/thermal_zone0/temp"
    throttled: str = "sys/devices/platform/soc*/soc*:firmware/get_throttled"
    """The firmware's flags, in hex. The low half says how it is now, the high half what has happened since boot."""
    hwmon: str = "sys/class/hwmon/hwmon*"
    """Where there is no such file, the driver `rpi_volt` still tells of too low a voltage."""
    wireless: str = "proc/net/wireless"
    memory: str = "proc/self/statm"

    def first(self, pattern: str) -> Path | None:
        return next(iter(sorted(self.root.glob(pattern))), None)


def reader(synced: Callable[[], bool], data: Path, sources: Sources | None = None) -> Read:
    """Readings of this moment. What this machine does not know stays None; nothing is ever raised."""
    kernel = Sources() if sources is None else sources

    def read() -> Readings:
        undervolt, throttled = _power(kernel)
        disk_ro, free = _disk(data)
        return Readings(
            rssi_dbm=_signal(_text(kernel.first(kernel.wireless))),
            temp_c=_temperature(_text(kernel.first(kernel.temperature))),
            undervolt=undervolt,
            throttled=throttled,
            disk_ro=disk_ro,
            disk_free_mb=free,
            memory_mb=_resident(_text(kernel.first(kernel.memory))),
            clock="synced" if synced() else "unsynced",
        )

    return read


class Sampler:
    """Reads in a thread of its own, since a firmware or a disk that hangs must not keep a press waiting.

    `read` gives the last readings at once and starts the thread when it is first asked."""

    def __init__(self, take: Read, clock: Callable[[], float], every_s: float = EVERY_S) -> None:
        self._take = take
        self._clock = clock
        self._every = every_s
        self._latest, self._at = take(), clock()
        self._thread = threading.Thread(target=self._run, name="readings", daemon=True)
        self._never = threading.Event()

    def read(self) -> Readings:
        if self._thread.ident is None:
            self._thread.start()
        return self._latest if self._clock() - self._at < STALE_S else Readings()

    def refresh(self) -> None:
        self._latest, self._at = self._take(), self._clock()

    def _run(self) -> None:
        while not self._never.wait(self._every):
            self.refresh()


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


def _temperature(text: str) -> float | None:
    """Thousandths of a degree."""
    with suppress(ValueError):
        celsius = round(int(text) / 1000, 1)
        return celsius if -60 <= celsius <= 200 else None
    return None


def _power(kernel: Sources) -> tuple[bool | None, bool | None]:
    """Under-voltage now; slowed down now (frequency capped, throttled, or at the soft limit of temperature)."""
    with suppress(ValueError):
        flags = int(_text(kernel.first(kernel.throttled)), 16)
        return bool(flags & 0b0001), bool(flags & 0b1110)
    for folder in sorted(kernel.root.glob(kernel.hwmon)):
        if _text(folder / "name") == "rpi_volt":
            alarm = _text(folder / "in0_lcrit_alarm")
            return (alarm == "1", None) if alarm in ("0", "1") else (None, None)
    return None, None


def _signal(text: str) -> int | None:
    """Level of the first radio that is there. Old drivers write dBm as a byte, so that -56 reads 200."""
    for line in _lines_of_radios(text):
        with suppress(ValueError, IndexError):
            level = int(float(line.split(":", 1)[1].split()[2].rstrip(".")))
            level = level - 256 if level > 63 else level
            if -150 <= level < 0:
                return level
    return None


def _lines_of_radios(text: str) -> Iterable[str]:
    return (line for line in text.splitlines() if re.match(r"\s*[^\s:|]+:", line))


def _disk(folder: Path) -> tuple[bool | None, int | None]:
    """Read-only, and MiB that are free."""
    with suppress(OSError):
        found = os.statvfs(folder)
        return bool(found.f_flag & os.ST_RDONLY), found.f_bavail * found.f_frsize // MIB
    return None, None


def _resident(text: str) -> int | None:
    """MiB of this process: the second figure, in pages."""
    with suppress(ValueError, IndexError):
        return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") // MIB
    return None


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    with suppress(OSError, ValueError):
        return path.read_text(encoding="ascii").strip()
    return ""
