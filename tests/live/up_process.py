"""One running `redbutton up --simulate`, read line by line, and whether it leaves anything behind."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0


class Up:
    """One running `redbutton up --simulate`, read line by line. Without a past, unless a test looks at it."""

    def __init__(self, data: Path, *, history_days: int = 0) -> None:
        self.data = data
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command(
                *("up", "--simulate", "--data", str(data), "--port", "0"),
                *("--history-days", str(history_days)),
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        self._out = self.process.stdout
        self._rest = b""

    def until(self, pattern: str) -> re.Match[str]:
        """The next line with this in it. Fails when it does not come, with everything that was said."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            while b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                self.lines.append(line.decode())
                if found := re.search(pattern, self.lines[-1]):
                    return found
            if select.select([self._out], [], [], 1.0)[0]:
                more = os.read(self._out.fileno(), 65_536)
                if not more:
                    break
                self._rest += more
        pytest.fail(f"never said {pattern!r}, but: " + "\n".join(self.lines))

    def open(self) -> dict[str, str]:
        """Wait for the welcome. Returns the words of its table."""
        self.until("is open")
        found = {
            "board": self.until(r"board +(http://\S+)")[1],
            "floor": self.until(r"floor +(http://\S+)")[1],
            "manager": self.until(r"sign in +manager +(\S+)")[1],
        }
        staff = self.until(r"(\S+) +(\S+) +\(staff\)")
        return {**found, "login": staff[1], "staff": staff[2]}

    def rest(self) -> list[str]:
        """What it said after the last line that was waited for. When it has ended."""
        return (self._rest + self._out.read()).decode().splitlines()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """Safe after an end; fails when anybody is left."""
        if self.process.poll() is None:
            self.end()
        self._out.close()
        gone(self.children())

    def children(self) -> dict[str, int]:
        """Package or program -> pid, of everybody that runs for this folder."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if int(folder.name) != self.process.pid and any(str(self.data) in word for word in words):
                name = words[2] if "-m" in words[:2] else Path(words[0]).name
                found[name if name not in found else folder.name] = int(folder.name)
        return found


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "broker_config.command", *words]


def gone(children: dict[str, int]) -> None:
    """Everybody has ended, or does so soon."""
    until = time.monotonic() + PATIENCE_S
    for name, pid in children.items():
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            left = max(0.0, until - time.monotonic())
            assert select.select([watched], [], [], left)[0], f"{name} (process {pid}) is still there"
        finally:
            os.close(watched)
