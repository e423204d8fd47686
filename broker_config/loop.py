"""One thread owns a core: it waits for events or for the core's next due moment, whichever comes first."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

log = logging.getLogger(__name__)

E = TypeVar("E")
E_contra = TypeVar("E_contra", contravariant=True)


class Core(Protocol[E_contra]):
    """The part of a process without I/O, clock, randomness and threads of its own."""

    def handle(self, events: Sequence[E_contra], now: float) -> None:
        """Deal with what happened, in order, then with everything that is due at `now`."""

    def due(self) -> float | None:
        """When to be called next if nothing happens; None: only when something happens."""


class Loop(Generic[E]):
    """`put` may be called from any thread; everything else happens in the thread that calls `run`."""

    def __init__(
        self, core: Core[E], clock: Callable[[], float], *, most: int = 100_000, group: int = 256
    ) -> None:
        self._core = core
        self._clock = clock
        self._group = group
        self._most = most
        self._events: queue.SimpleQueue[E | None] = queue.SimpleQueue()  # in C: a third of Queue's time
        self._stopping = False

    def put(self, event: E) -> None:
        """Hand an event to the owner thread. Raises queue.Full when the owner has stopped reading."""
        if self._events.qsize() >= self._most:
            raise queue.Full
        self._events.put(event)

    def stop(self) -> None:
        self._stopping = True
        self._events.put(None)

    def run(self) -> None:
        """Until `stop`. An exception of the core ends the process: it is never half alive."""
        while not self._stopping:
            self._core.handle(self._wait(), self._clock())

    def _wait(self) -> list[E]:
        due = self._core.due()
        timeout = None if due is None else due - self._clock()
        first: E | None
        try:
            first = (
                self._events.get_nowait()
                if timeout is not None and timeout <= 0
                else self._events.get(timeout=timeout)
            )
        except queue.Empty:
            return []
        found = [] if first is None else [first]
        while len(found) < self._group:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                break
            if event is not None:
                found.append(event)
        return found
