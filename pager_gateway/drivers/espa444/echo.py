"""Our own bytes on a 2-wire line: what we say comes back before anybody answers."""

from __future__ import annotations

LATE_S = 0.5
"""An echo that is not there by then, after the line time of what was said, never comes."""


class Echo:
    """Takes them out again. In doubt a reply gets lost rather than invented: a damaged echo of a check character could
    look like an ACK."""

    def __init__(self) -> None:
        self._awaited = bytearray()
        self._until = 0.0

    def said(self, data: bytes, until: float) -> None:
        """`until`: the moment when its last bit has left."""
        self._awaited += data
        self._until = until + LATE_S

    def forget(self) -> None:
        self._awaited.clear()

    def strip(self, data: bytes, now: float) -> bytes:
        if now > self._until:
            self._awaited.clear()
        rest = bytearray()
        for byte in data:
            if not self._awaited:
                rest.append(byte)
            elif byte != self._awaited[0] and byte in self._awaited[1:2]:
                del self._awaited[:2]
            else:
                del self._awaited[:1]
        return bytes(rest)
