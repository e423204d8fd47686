"""One child process: start, see whether it is ready, end it, and how long to wait before it is started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.supervise.logs import LogPump

LEASH = Path(__file__).with_name("leash.py")
ICE = Path(__file__).with_name("ice.py")
ICE_S = 2.0
CALM_S = 60.0
"""A child that ran this long before it died starts its count of deaths anew."""


@dataclass(frozen=True)
class Part:
    """What is to run. `ready` is asked again and again after a start, until it says yes."""

    name: str
    argv: Sequence[str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    ready_file: Path | None = None
    """Removed before each start."""
    deadline_s: float = 20.0
    grace_s: float = 5.0
    """How long it may take to end by itself when it is asked to."""
    environment: Mapping[str, str] = field(default_factory=dict)


def pause_s(deaths: int) -> float:
    """Seconds before start number `deaths` + 1: half a second at first, at most thirty."""
    return float(min(30.0, 0.5 * 2 ** max(0, deaths - 1)))


class Child:
    """A part while it runs. Every method is called from the main thread (see `leash`)."""

    def __init__(self, part: Part, clock: Callable[[], float], keep_open: Sequence[int] = ()) -> None:
        self.part = part
        self.started_at = 0.0
        self._clock = clock
        self._keep_open = tuple(keep_open)
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: LogPump | None = None
        self._ice: subprocess.Popen[bytes] | None = None
        """Guards a frozen child, so that it does not stay frozen when this process is gone."""

    def start(self) -> None:
        if self.part.ready_file is not None:
            self.part.ready_file.unlink(missing_ok=True)
        self.started_at = self._clock()
        self._process = subprocess.Popen(  # noqa: S603 (a list, no shell)
            [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *self.part.argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches `up` alone, which ends the parts in order
            pass_fds=self._keep_open,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.part.environment},
        )
        assert self._process.stdout is not None
        self._pump = LogPump(self._process.stdout, self.part.log)
        self._pump.start()

    def sweep(self) -> None:
        """After its death: end what it started and left running, so that nothing keeps a port or a file."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs, and before its first start."""
        return None if self._process is None else self._process.poll()

    def is_ready(self) -> bool:
        return self.exit_code() is None and self.part.ready()

    def is_late(self) -> bool:
        return self._clock() - self.started_at > self.part.deadline_s

    def last_lines(self) -> list[str]:
        """What it said last; for a dead child all of it has been read."""
        if self._pump is None:
            return []
        if self.exit_code() is not None:
            self._pump.join(1.0)
        return self._pump.last_lines()

    def ask_to_end(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """It and everything it started that stayed in its session."""
        self._signal(signal.SIGKILL, group=True)

    @property
    def is_frozen(self) -> bool:
        return self._ice is not None

    def freeze(self) -> None:
        """It and everything it started stand still, until `thaw` or the end of this process."""
        if self._process is None or self.exit_code() is not None or self._ice is not None:
            return
        self._ice = subprocess.Popen(  # noqa: S603 (a list, no shell)
            [sys.executable, "-I", "-S", str(ICE), str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._signal(signal.SIGSTOP, group=True)

    def thaw(self) -> None:
        ice, self._ice = self._ice, None
        if ice is None or ice.stdin is None:
            return
        self._signal(signal.SIGCONT, group=True)
        ice.stdin.close()
        try:
            ice.wait(ICE_S)
        except subprocess.TimeoutExpired:
            ice.kill()
            ice.wait(ICE_S)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within that time."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        if self._pump is not None:
            self._pump.join(1.0)
        return True

    def _signal(self, number: signal.Signals, *, group: bool = False) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        try:
            if group:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        except ProcessLookupError:
            pass
