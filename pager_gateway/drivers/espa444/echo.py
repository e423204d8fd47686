"""Our own bytes on a 2-wire line: what we say comes back before anybody answers."""

from __future__ import annotations

LATE_S = 0.5
"""An echo that is not there by then, after the line time of what was said, never comes."""


class Echo:
    """Takes them out again. Until all of them came back, in order, nothing else counts: the tail of a damaged echo can
    look like an ACK, and in doubt a reply must get lost rather than be invented."""

    def __init__(self, bits: int) -> None:
        self._mask = 0x7F if bits == 7 else 0xFF
        self._awaited = bytearray()
        self._until = 0.0

    def said(self, data: bytes, until: float) -> None:
        """`until`: the moment when its last bit has left."""
        self._awaited += bytes(byte & self._mask for byte in data)
        self._until = until + LATE_S

    def forget(self) -> None:
        self._awaited.clear()

    def strip(self, data: bytes, now: float) -> bytes:
        if now > self._until:
            self._awaited.clear()
        for at, byte in enumerate(data):
            if not self._awaited:
                return data[at:]
            if byte & self._mask == self._awaited[0]:
                del self._awaited[0]
        return b""
