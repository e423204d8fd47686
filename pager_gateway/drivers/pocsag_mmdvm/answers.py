"""What an MMDVM modem says, found in bytes cut anywhere. Frames carry no checksum and no escapes: length is all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pager_gateway.drivers.pocsag_mmdvm.frames import START, Kind

STALE_S = 0.3
"""A modem writes a frame in one go: a start whose end has not come by then was none."""
_SIZES: dict[int, range] = {
    Kind.VERSION: range(4, 256),
    Kind.STATUS: range(6, 32),
    Kind.ACK: range(4, 5),
    Kind.NAK: range(5, 6),
}


@dataclass(frozen=True, slots=True)
class Frame:
    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """`pocsag` None: this protocol does not say whether the firmware has it."""

    protocol: int
    text: str
    pocsag: bool | None


@dataclass(frozen=True, slots=True)
class Status:
    """`modes` None: this protocol does not say which are enabled. `space` None: the firmware has no POCSAG."""

    modes: int | None
    mode: int
    on_air: bool
    space: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    kind: int


@dataclass(frozen=True, slots=True)
class Refusal:
    kind: int
    reason: int


Answer: TypeAlias = Version | Status | Accepted | Refusal


class Reader:
    """Bytes in, frames out; `now` gives up a start that noise has made."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._since = 0.0

    def clear(self) -> None:
        self._bytes.clear()

    def feed(self, data: bytes, now: float) -> list[Frame]:
        if not self._bytes:
            self._since = now
        elif now - self._since > STALE_S:
            del self._bytes[0]
            self._since = now
        self._bytes += data
        found: list[Frame] = []
        while (length := self._length()) and len(self._bytes) >= length:
            head = 3 if self._bytes[1] else 4
            found.append(Frame(self._bytes[head - 1], bytes(self._bytes[head:length])))
            del self._bytes[:length]
            self._since = now
        return found

    def _length(self) -> int:
        """Of the frame that the bytes begin with, after noise was dropped. 0: not known yet."""
        while True:
            start = self._bytes.find(START)
            del self._bytes[: len(self._bytes) if start < 0 else start]
            if len(self._bytes) < 3:
                return 0
            length, kind = self._bytes[1], self._bytes[2]
            if length == 0:
                return kind + 255
            sizes = _SIZES.get(kind)
            if length >= 3 and (sizes is None or length in sizes):
                return length
            del self._bytes[0]


def read(frame: Frame, protocol: int) -> Answer | None:
    """None: nothing that matters to a host of pagers, or not what the protocol promises."""
    data = frame.data
    if frame.kind == Kind.VERSION and data:
        return _version(data)
    if frame.kind == Kind.STATUS:
        return _status_2(data) if protocol == 2 else _status_1(data)
    if frame.kind == Kind.ACK and data:
        return Accepted(data[0])
    if frame.kind == Kind.NAK and len(data) > 1:
        return Refusal(data[0], data[1])
    return None


def _version(data: bytes) -> Version:
    if data[0] == 2 and len(data) > 2:
        return Version(2, _text(data[20:]), bool(data[2] & 1))
    return Version(data[0], _text(data[1:]), None)


def _status_1(data: bytes) -> Status | None:
    if len(data) < 3:
        return None
    return Status(data[0], data[1], bool(data[2] & 1), data[9] if len(data) > 9 else None)


def _status_2(data: bytes) -> Status | None:
    if len(data) < 3:
        return None
    return Status(None, data[0], bool(data[1] & 1), data[11] if len(data) > 11 else None)


def _text(data: bytes) -> str:
    """What follows a zero byte is an id that some builds add."""
    return data.split(b"\0")[0].decode("ascii", "replace").strip()
