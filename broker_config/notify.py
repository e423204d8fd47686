"""What a process tells its service manager: ready, how it is, still alive, stopping. One datagram each, no library."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

SEND_S = 1.0
"""A manager that reads nothing for this long is not waited for: the work comes first."""
USEC = 1e6


class Notifier:
    """Silent where no manager listens (`address` is None). Never raises: nobody stops working over this."""

    def __init__(self, address: str | None, watchdog_s: float | None = None) -> None:
        self._address = _of_kernel(address)
        self.watchdog_s = watchdog_s if self._address is not None else None
        """The manager ends the process after so many seconds without `alive`; None: it does not watch."""
        self._status = ""

    def ready(self) -> None:
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`; said only when it is another one."""
        line = " ".join(text.split())
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def alive(self) -> None:
        """The beat of the watchdog."""
        if self.watchdog_s is not None:
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(SEND_S)
                line.sendto(text.encode(), self._address)
        except OSError:
            pass


def from_environment(environ: Mapping[str, str] | None = None, pid: int | None = None) -> Notifier:
    """`NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`, as systemd sets them for the process that it started.

    A child inherits all three: the watchdog of its parent is none of its business."""
    found = os.environ if environ is None else environ
    return Notifier(found.get("NOTIFY_SOCKET"), _watchdog(found, os.getpid() if pid is None else pid))


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    usec, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not usec.isdecimal() or int(usec) == 0 or (whose and whose != str(pid)):
        return None
    return int(usec) / USEC


def _of_kernel(address: str | None) -> str | None:
    """A path, or a name in the abstract space, which is written with an @ and begins with a NUL."""
    if not address or address[0] not in "/@":
        return None
    return "\0" + address[1:] if address[0] == "@" else address
