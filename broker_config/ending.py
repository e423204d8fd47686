"""SIGTERM and its like as a call in a thread of its own, for every process that runs until it is told to end.

A Python handler runs in the main thread only, once that runs bytecode again. A main thread that waits for a lock is
woken by EINTR alone, and the kernel gives that to whichever thread takes the signal: when another one starts or ends
a thread at that moment, the process hears nothing and stays. So the interpreter writes each signal's number into a
pipe, which it does in any thread, and a thread that does nothing else reads it there. What it calls may take locks,
as a handler may not."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Ending:
    """Takes the process's signals from `open` to `close`; services never close it: a second SIGTERM shall not cut
    their end short. Main thread only. `told` is called in a thread of this class, signal after signal."""

    def __init__(
        self,
        told: Callable[[signal.Signals], object],
        signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT),
    ) -> None:
        self._told = told
        self._signals = signals
        self._before: dict[signal.Signals, object] = {}
        self._ends: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> Self:
        self._ends = reads, writes = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(writes, False)
        self._thread = threading.Thread(target=self._read, args=(reads,), name="ending", daemon=True)
        self._thread.start()
        signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
        for number in self._signals:
            self._before[number] = signal.signal(number, lambda *_: None)
        return self

    def close(self) -> None:
        """The signals do again what they did before."""
        if self._ends is None or self._thread is None:
            return
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(-1)
        reads, writes = self._ends
        os.close(writes)
        self._thread.join()
        os.close(reads)
        self._ends = None

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, reads: int) -> None:
        while numbers := os.read(reads, 64):
            for number in numbers:
                if number in self._signals:
                    self._told(signal.Signals(number))
