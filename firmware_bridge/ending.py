"""Pure: when a process that a command ends may end: not before its answer is on the wire."""

from __future__ import annotations

ANSWER_S = 1.0
"""A broker that has not taken the answer by then will not take it soon."""


class Ending:
    """When to end: as soon as the broker has taken the answer. Moments are boot seconds."""

    def __init__(self) -> None:
        self._handle: int | None = None
        self._at: float | None = None

    def after(self, answer: int | None, now: float) -> None:
        """`answer`: the handle of its publish. Another command changes nothing: the end is near already."""
        if self._at is None:
            self._handle, self._at = answer, now + ANSWER_S

    def published(self, handle: int, now: float) -> None:
        if self._at is not None and handle == self._handle:
            self._at = now

    def due(self) -> float | None:
        return self._at

    def is_over(self, now: float) -> bool:
        """True once: the process ends now."""
        if self._at is None or now < self._at:
            return False
        self._at = None
        return True
