"""What an RF bridge chip says, found in bytes cut anywhere: `AA` to `55` without a checksum and without escapes.

Both bytes may stand inside a report, so its length decides, not the next `55`. What turns out to be no frame is
looked through once more from its second byte on: a good frame may have begun in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

START, END = 0xAA, 0x55
SENT, REPORT = 0xA0, 0xA4
SHORT_SIZE, REPORT_SIZE = 3, 12
VERSIONS = range(1, 0x80)
GAP_S = 0.1
"""A frame takes 6 ms at 19200 baud; one that stops for so long goes on no more."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It has put its last command on the air, to the last frame."""


@dataclass(frozen=True, slots=True)
class Version:
    number: int


@dataclass(frozen=True, slots=True)
class Report:
    """A code of somebody else's button."""

    code: int
    short_us: int


Reply: TypeAlias = Sent | Version | Report


class Replies:
    """Bytes in, replies out."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._held_at = 0.0

    def clear(self) -> None:
        self._held.clear()

    def feed(self, data: bytes, now: float) -> list[Reply]:
        found = self.flush(now) if self._held and now - self._held_at > GAP_S else []
        self._held += data
        self._held_at = now
        return found + self._scan(over=False)

    def flush(self, now: float) -> list[Reply]:
        """Nothing more belongs to what is held: what is in it all the same?"""
        self._held_at = now
        return self._scan(over=True)

    def _scan(self, *, over: bool) -> list[Reply]:
        found: list[Reply] = []
        held = self._held
        while (at := held.find(START)) >= 0:
            del held[:at]
            size = REPORT_SIZE if held[1:2] == bytes((REPORT,)) else SHORT_SIZE
            if len(held) < size and not over:
                return found
            frame = bytes(held[:size])
            reply = _read(frame) if len(frame) == size and frame[-1] == END else None
            if reply is None:
                del held[0]
            else:
                found.append(reply)
                del held[:size]
        held.clear()
        return found


def _read(frame: bytes) -> Reply | None:
    kind = frame[1]
    if kind == REPORT:
        return Report(int.from_bytes(frame[8:11], "big"), int.from_bytes(frame[4:6], "big"))
    if kind == SENT:
        return Sent()
    return Version(kind) if kind in VERSIONS else None
