"""What only the running machine knows: boot-time clock, boot id, a new run id."""

from __future__ import annotations

import secrets
import time
from functools import cache
from pathlib import Path


def boot_clock() -> float:
    """Seconds since boot, sleep included; never jumps. The clock of every age."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@cache
def boot_id() -> str:
    """The kernel's random id of this boot: ages survive a process restart, not a reboot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def new_run() -> str:
    """Random per process start."""
    return secrets.token_hex(8)
