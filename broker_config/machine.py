"""What only the running machine knows: boot-time clock, boot id, a new run id; and the end of a process."""

from __future__ import annotations

import logging
import os
import secrets
import time
from functools import cache
from pathlib import Path

log = logging.getLogger(__name__)


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


def end_process(error: BaseException) -> None:
    """A process without its link's thread looks alive and is deaf: end it, and let the service start it again."""
    log.critical("the link's thread died (%s): ending the process", error, extra={"action": "link.dead"})
    logging.shutdown()
    os._exit(70)
