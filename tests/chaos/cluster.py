"""A PostgreSQL cluster as a chain runs it, that can be frozen, crashed and started again.

Its processes are killed, the machine lives on: what it has written to the operating system stays."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import ClassVar

from tests.databases import START_S, Cluster

BACKEND = b"[local]"
"""Stands in the title of a process that serves a client."""


class ChaosCluster(Cluster):
    settings: ClassVar = {"listen_addresses": "", "shared_buffers": "32MB", "timezone": "Asia/Kolkata"}

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def freeze(self) -> None:
        """All of it, the first process before it can make more."""
        for pid in (self._pid, *self._children()):
            _tell(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in (*self._children(), self._pid):
            _tell(pid, signal.SIGCONT)

    def kill_a_backend(self) -> None:
        """-9 to one that serves somebody."""
        serving = sorted(pid for pid in self._children() if BACKEND in _title(pid))
        if serving:
            _tell(self._random.choice(serving), signal.SIGKILL)

    def crash(self) -> None:
        """PostgreSQL's own immediate mode: nothing is finished, the next start recovers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_S)

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.thaw()
        super().end()

    @property
    def _pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _children(self) -> Iterator[int]:
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                with suppress(OSError):
                    _, _, rest = (folder / "stat").read_text().rpartition(")")
                    if int(rest.split()[1]) == self._pid:
                        yield int(folder.name)


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _tell(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
