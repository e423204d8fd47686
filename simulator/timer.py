"""Calls at real moments, from one thread: what `FakeClock.call_later` is in a process that runs for real."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable


class RealTimer:
    """`later` from any thread; the calls come from the timer's own one, in the order of their moments."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="timer", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        with self._changed:
            self._order += 1
            heapq.heappush(self._heap, (time.monotonic() + seconds, self._order, call))
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        while (call := self._next()) is not None:
            call()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._closing:
                wait = self._heap[0][0] - time.monotonic() if self._heap else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(wait)
        return None
