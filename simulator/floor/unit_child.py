"""One button unit as a child process: started, and started again whenever it dies, until somebody ends it by hand."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from simulator.floor.events import PartState
from simulator.stage import Power

log = logging.getLogger(__name__)

GRACE_S = 2.0
"""A unit says farewell to its broker when it is asked to end; after this it is killed."""
CALM_S = 30.0


def pause_s(deaths: int) -> float:
    """Before the next start: soon after a first death, at most ten seconds when it dies again and again."""
    return min(10.0, 0.25 * 2.0 ** min(deaths - 1, 10))


class UnitChild:
    """`died` is called in the child's own thread, with the exit code, each time it ends unasked."""

    def __init__(self, name: str, module: str, arguments: Sequence[str], died: Callable[[int], None]) -> None:
        self.name = name
        self._argv = [sys.executable, "-m", "simulator.floor.leash", str(os.getpid()), module, *arguments]
        self._died = died
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._rests: PartState | None = None
        """Ended by hand, and whether that is called stopped or dead."""
        self._frozen = False
        self._wanted = threading.Event()
        """It is to start now, or the end has come."""
        self._thread = threading.Thread(target=self._watch, name=f"unit {name}", daemon=True)

    def open(self) -> None:
        self._thread.start()

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    @property
    def state(self) -> PartState:
        with self._lock:
            if self.pid is None:
                return self._rests or (PartState.STARTING if self._process is None else PartState.DEAD)
            return PartState.FROZEN if self._frozen else PartState.RUNNING

    def switch(self, verb: Power) -> None:
        """By hand. What is so already stays as it is; who was ended stays so until START."""
        with self._lock:
            match verb:
                case Power.KILL | Power.STOP:
                    self._rests = PartState.DEAD if verb is Power.KILL else PartState.STOPPED
                    if not self._stopping.is_set():
                        self._wanted.clear()
                    self._signal(signal.SIGKILL if verb is Power.KILL else signal.SIGTERM)
                    self._thaw()
                case Power.START:
                    if self._rests is not None:
                        self._signal(signal.SIGKILL)  # it was asked to end and takes its time
                    if self._rests is not None or self.pid is None:
                        self._wanted.set()
                    self._rests = None
                    self._thaw()
                case Power.FREEZE:
                    self._frozen = self.pid is not None
                    self._signal(signal.SIGSTOP)
                case Power.THAW:
                    self._thaw()

    def _thaw(self) -> None:
        self._frozen = False
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def ask_to_end(self) -> None:
        self._stopping.set()
        with self._lock:
            self._wanted.set()
            self._signal(signal.SIGTERM)
            self._thaw()

    def close(self) -> None:
        """Ends the child: politely, then by force. Returns when it is gone."""
        self.ask_to_end()
        if not self._thread.is_alive():
            return
        self._thread.join(GRACE_S)
        if self._thread.is_alive() and self._process is not None:
            self._process.kill()
            self._thread.join(GRACE_S)

    def _watch(self) -> None:
        """Lives as long as the child does: see `leash`."""
        deaths = 0
        while (process := self._start()) is not None:
            began = time.monotonic()
            code = process.wait()
            self._frozen = False
            if self._stopping.is_set():
                return
            if self._rests is not None or self._wanted.is_set():
                deaths = 0
            else:
                deaths = 1 if time.monotonic() - began > CALM_S else deaths + 1
                log.warning(
                    "button unit %s ended with code %d; it is started again",
                    self.name,
                    code,
                    extra={"action": "unit.restart", "device": self.name},
                )
                self._died(code)
                self._wanted.wait(pause_s(deaths))
            while self._rests is not None and not self._stopping.is_set():
                self._wanted.wait()

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            self._wanted.clear()
            self._process = subprocess.Popen(self._argv, stdin=subprocess.DEVNULL)  # noqa: S603
            return self._process
