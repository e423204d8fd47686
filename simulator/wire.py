"""One TCP connection in virtual time: packets take their hop in order, wait while it is cut, and end in a reset."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from simulator.clock import FakeClock

Call = Callable[[], None]


class Lane:
    """One direction. What has been sent arrives in order or not at all; what waits in it does not age."""

    def __init__(self, clock: FakeClock, held: Callable[[], bool], open_: Callable[[], bool]) -> None:
        self._clock = clock
        self._held = held
        self._open = open_
        self._free_at = 0.0
        self._waiting: deque[Call] = deque()

    def send(self, call: Call, hop_s: float) -> None:
        """`call` is what the other end does with the packet."""
        self._free_at = max(self._free_at, self._clock.boot() + hop_s)
        self._clock.call_at(self._free_at, lambda: self._arrive(call))

    def flush(self) -> None:
        """The way is free again: what waited arrives now."""
        while self._waiting and not self._held():
            call = self._waiting.popleft()
            if self._open():
                call()

    def _arrive(self, call: Call) -> None:
        if self._waiting or self._held():
            self._waiting.append(call)
        elif self._open():
            call()


class Wire:
    """Each end may be open or not, whatever the other one believes. `cut()` and `frozen()` say whether anything
    gets through, and whether the broker's end reads at all."""

    def __init__(self, clock: FakeClock, cut: Callable[[], bool], frozen: Callable[[], bool]) -> None:
        self.client_open = True
        self.broker_open = True
        self.up = Lane(clock, lambda: cut() or frozen(), lambda: self.broker_open)
        self.down = Lane(clock, cut, lambda: self.client_open)

    def flush(self) -> None:
        self.up.flush()
        self.down.flush()
