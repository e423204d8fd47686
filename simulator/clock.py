"""Virtual time: one heap of calls. Whatever runs on it runs in one thread, in the order of its moments."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from broker_config.loop import Core

E = TypeVar("E")

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Timer:
    """One call on the heap. `cancel` is safe at any time."""

    __slots__ = ("call", "due")

    def __init__(self, due: float, call: Callable[[], None]) -> None:
        self.due = due
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class Clock(Protocol):
    """Whatever calls back at moments of its own boot time, all in one thread: a FakeClock or a RealClock."""

    def boot(self) -> float: ...

    def call_at(self, boot: float, call: Callable[[], None]) -> Timer: ...

    def call_later(self, delay: float, call: Callable[[], None]) -> Timer: ...


class FakeClock:
    """`boot()` is the seam for durations, `now()` for facts. The wall clock can jump, boot time cannot."""

    def __init__(self, start: datetime = MONDAY_NOON, boot: float = 1_000.0) -> None:
        self._boot = boot
        self._wall_at_zero = start - timedelta(seconds=boot)
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = 0

    def boot(self) -> float:
        return self._boot

    def now(self) -> datetime:
        return self._wall_at_zero + timedelta(seconds=self._boot)

    def epoch(self) -> float:
        return self.now().timestamp()

    def jump_wall(self, by: timedelta) -> None:
        self._wall_at_zero += by

    def call_at(self, boot: float, call: Callable[[], None]) -> Timer:
        """At a boot-time moment; one that has passed means as soon as possible, after what is already due."""
        timer = Timer(max(boot, self._boot), call)
        self._order += 1
        heapq.heappush(self._heap, (timer.due, self._order, timer))
        return timer

    def call_later(self, delay: float, call: Callable[[], None]) -> Timer:
        return self.call_at(self._boot + delay, call)

    def advance(self, seconds: float) -> None:
        """Let time pass, running every call at its own moment, including those made on the way."""
        until = self._boot + seconds
        while self._heap and self._heap[0][0] <= until:
            due, _, timer = heapq.heappop(self._heap)
            self._boot = due
            call, timer.call = timer.call, None
            if call is not None:
                call()
        self._boot = until


class VirtualLoop(Generic[E]):
    """What `broker_config.loop.Loop` is in a real process: gives a core its events and its due moments.

    Events that are put at the same moment arrive as one group, as they do in a real process that was busy.
    `clock` is what the core reads as `now`; it must run at the pace of that clock's boot time."""

    def __init__(self, core: Core[E], time: Clock, clock: Callable[[], float] | None = None) -> None:
        self._core = core
        self._time = time
        self._clock = clock or time.boot
        self._events: list[E] = []
        self._timer: Timer | None = None
        self._stopped = False
        self._frozen = False

    def put(self, event: E) -> None:
        if not self._stopped:
            self._events.append(event)
            self._wake(0.0)

    def start(self) -> None:
        """Ask the core for its first due moment (or run it once, if it is due already)."""
        self._plan()

    def stop(self) -> None:
        """As if the process were gone: nothing more reaches the core."""
        self._stopped = True
        self._events.clear()
        if self._timer is not None:
            self._timer.cancel()

    def handle_now(self, event: E) -> None:
        """For whoever waits for what comes of it: the core works before this returns."""
        self._events.append(event)
        if self._timer is not None:
            self._timer.cancel()
        self._run()

    def freeze(self) -> None:
        """The process stands still: what happens waits for it."""
        self._frozen = True

    def thaw(self) -> None:
        self._frozen = False
        self._plan()

    def _wake(self, delay: float) -> None:
        if self._timer is not None:
            if self._timer.call is not None and self._timer.due <= self._time.boot() + delay:
                return
            self._timer.cancel()
        self._timer = self._time.call_later(delay, self._run)

    def _run(self) -> None:
        if self._stopped or self._frozen:
            return
        events, self._events = self._events, []
        self._core.handle(events, self._clock())
        self._plan()

    def _plan(self) -> None:
        if self._stopped or self._frozen:
            return
        if self._events:
            self._wake(0.0)
            return
        due, now = self._core.due(), self._clock()
        if due is not None:
            # a moment nearer than the clock's own grain would never come
            self._wake(max(due - now, math.ulp(self._time.boot())) if due > now else 0.0)
