"""Our own bytes on a 2-wire line: what we say comes back before anybody answers."""

from __future__ import annotations

LATE_S = 0.5
"""An echo that is not there by then, after the line time of what was said, never comes."""


class Echo:
    """Takes them out again, by their number: a damaged echo of a check character could look like an ACK, and in doubt a
    reply must get lost rather than be invented."""

    def __init__(self) -> None:
        self._awaited = 0
        self._until = 0.0

    def said(self, data: bytes, until: float) -> None:
        """`until`: the moment when its last bit has left."""
        self._awaited += len(data)
        self._until = until + LATE_S

    def forget(self) -> None:
        self._awaited = 0

    def strip(self, data: bytes, now: float) -> bytes:
        if now > self._until:
            self._awaited = 0
        ours = min(self._awaited, len(data))
        self._awaited -= ours
        return data[ours:]
