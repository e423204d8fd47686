"""A service manager for tests: the socket that a process tells that it is ready and alive."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from pathlib import Path


class FakeManager:
    """`address` is what NOTIFY_SOCKET must say."""

    def __init__(self, path: Path | None = None) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind("" if path is None else str(path))  # "": the kernel picks an abstract name
        name = self._line.getsockname()
        self.address = name if isinstance(name, str) else "@" + name[1:].decode()
        self._line.setblocking(False)

    def said(self) -> list[str]:
        """Everything that has come until now."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self._line.recv(4096).decode())
        return found

    def next(self, seconds: float) -> str | None:
        """The next word, None if none came in time."""
        ready, _, _ = select.select([self._line], [], [], seconds)
        return self._line.recv(4096).decode() if ready else None

    def wait_for(self, word: str, seconds: float) -> list[str]:
        """What was said up to a word that begins so. Raises AssertionError when it does not come."""
        end, found = time.monotonic() + seconds, list[str]()
        while (left := end - time.monotonic()) > 0:
            said = self.next(left)
            if said is not None:
                found.append(said)
                if said.startswith(word):
                    return found
        raise AssertionError(f"no {word} within {seconds:g} s, only {found}")

    def during(self, seconds: float) -> list[str]:
        """Everything that comes within this time."""
        end, found = time.monotonic() + seconds, self.said()
        while (left := end - time.monotonic()) > 0:
            said = self.next(left)
            if said is not None:
                found.append(said)
        return found

    def close(self) -> None:
        self._line.close()
