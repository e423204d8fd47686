"""How long to wait before the next attempt to connect: doubling, bounded, and never in step with other devices."""

from __future__ import annotations

from collections.abc import Callable


class Backoff:
    """Each wait lies between half of its step and the whole of it; the steps double from `first_s` to `most_s`."""

    def __init__(self, first_s: float, most_s: float, jitter: Callable[[], float]) -> None:
        self._first = first_s
        self._most = most_s
        self._jitter = jitter
        self._step = first_s
        self._skip = False

    def next(self) -> float:
        """Seconds to wait now."""
        if self._skip:
            self._skip = False
            return 0.0
        step, self._step = self._step, min(self._step * 2, self._most)
        return step * (0.5 + 0.5 * self._jitter())

    def skip_next(self) -> None:
        """The connection was dropped on purpose: the next attempt may come at once."""
        self._skip = True

    def reset(self) -> None:
        """Connected: the next trouble starts with the first step."""
        self._step = self._first
