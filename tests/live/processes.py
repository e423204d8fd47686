"""Processes of ours for live tests: started, killed, frozen and watched by their own id, each with its log."""

from __future__ import annotations

import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PATIENCE_S = 60.0
POLL_S = 0.01


def wait_until(what: Callable[[], bool], words: str, seconds: float = PATIENCE_S) -> None:
    """Polls what other processes show, which offers nothing better to wait on. Raises AssertionError."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"after {seconds:.0f} s still not: {words}"
        select.select([], [], [], POLL_S)


class Process:
    """`python -m ...` that says by a file (`ready`) that it is there. The log goes on through restarts."""

    def __init__(self, name: str, command: Sequence[str], ready: Path, log: Path) -> None:
        self.name = name
        self.ready = ready
        self.log = log
        self._command = [sys.executable, "-m", *command]
        self._process: subprocess.Popen[bytes] | None = None
        self.pids: list[int] = []

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self.pids[-1]

    def begin(self) -> None:
        """Start it, and do not wait."""
        self.ready.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stderr=log)
        self.pids.append(self._process.pid)

    def is_ready(self) -> bool:
        assert self.running, f"{self.name} ended at its start: {self.text()[-2000:]}"
        return self.ready.exists()

    def start(self) -> None:
        self.begin()
        wait_until(self.is_ready, f"{self.name} is ready")

    def kill(self) -> None:
        """-9: nothing is said, nothing is saved."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """As an operator would. Returns the exit code."""
        return self._end(signal.SIGTERM)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def troubles(self) -> list[str]:
        """Lines of the log that nobody may see in a shop, whatever comes from outside."""
        bad = ("Traceback", " ERROR ", " CRITICAL ", "failed alone")
        return [line for line in self.text().splitlines() if any(word in line for word in bad)]

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> int | None:
        if self._process is None:
            return None
        self._signal(signal.SIGCONT)
        self._signal(number)
        try:
            return self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
