"""SIGTERM and its like as a call in a thread of its own, for every process that runs until it is told to end.

A Python handler runs in the main thread only, once that runs bytecode again. A main thread that waits for a lock is
woken by EINTR alone, and the kernel gives that to whichever thread takes the signal: when another one starts or ends
a thread at that moment, the process hears nothing and stays. So the interpreter writes each signal's number into a
pipe, which it does in any thread, and a thread that does nothing else reads it there. What it calls may take locks,
as a handler may not.

That thread also owns the deadline of the end: a part that hangs on its way out, and threads that the interpreter would
wait for without one, do not keep a process alive until somebody kills it without a word."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

log = logging.getLogger(__name__)

LATE_S = 8.0
"""After the first signal. Services are killed 10 s after it (service/*.service)."""
LATE = 70


class Ending:
    """Takes the process's signals from `open` to `close`; services never close it: a second SIGTERM shall not cut
    their end short. Main thread only. `told` is called in a thread of this class, signal after signal. A process that
    is still there `late_s` after the first one is ended by force, with exit code 70 and a word on where it hangs; None
    for whoever has deadlines of his own."""

    def __init__(
        self,
        told: Callable[[signal.Signals], object],
        signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT),
        *,
        late_s: float | None = LATE_S,
    ) -> None:
        self._told = told
        self._signals = signals
        self._late_s = late_s
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
        ends_at: float | None = None
        while True:
            left = None if ends_at is None else max(0.0, ends_at - time.monotonic())
            if not select.select([reads], [], [], left)[0]:
                _end_by_force()
            numbers = os.read(reads, 64)
            if not numbers:
                return
            for number in numbers:
                if number in self._signals:
                    if ends_at is None and self._late_s is not None:
                        ends_at = time.monotonic() + self._late_s
                    self._told(signal.Signals(number))


def _end_by_force() -> None:
    main, frames = threading.main_thread(), sys._current_frames()
    frame = frames.get(main.ident or 0)
    where = "its end" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"
    waits = [one.name for one in threading.enumerate() if not one.daemon and one is not main]
    log.critical(
        "told to end, and still here: ended by force. The main thread is at %s; not ended: %s",
        where,
        ", ".join(waits) or "no other thread that is waited for",
        extra={"action": "process.late"},
    )
    logging.shutdown()
    os._exit(LATE)
