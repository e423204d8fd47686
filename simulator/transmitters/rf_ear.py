"""An RF bridge chip's reading of its serial line, and a receiver's reading of what the chip puts on the air.

Written from the published description of the chip's commands and of EV1527 frames alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Pulse: TypeAlias = tuple[int, int]
"""Microseconds high, then low."""
CODE_BITS = 24
LONGEST = 113
"""Of the counted part of a command: more than this the chip has no room for."""


@dataclass(frozen=True, slots=True)
class Transmit:
    """`pulses` is one frame; it is sent `times` times."""

    pulses: tuple[Pulse, ...]
    times: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class AskedVersion:
    raw: bytes


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The host has taken a report."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """No command: the chip says nothing to it."""

    raw: bytes
    why: str


Command: TypeAlias = Transmit | AskedVersion | Confirmed | Dropped
_FIXED = {0xA5: 9, 0xA0: 0, 0xFF: 0, 0xC0: 2}
"""Bytes between command and end mark."""


class RfEar:
    """Bytes in, commands out; one byte decides at a time, as in the chip."""

    def __init__(self) -> None:
        self._raw = bytearray()
        self._left: int | None = None
        """Bytes still to come before the end mark; None: that is not known yet."""

    @property
    def amid(self) -> bool:
        return bool(self._raw)

    def forget(self) -> None:
        self._raw.clear()
        self._left = None

    def hear(self, data: bytes) -> list[Command]:
        found: list[Command] = []
        for byte in data:
            command = self._byte(byte)
            if command is not None:
                found.append(command)
        return found

    def _byte(self, byte: int) -> Command | None:
        raw = self._raw
        if not raw and byte != 0xAA:
            return None
        raw.append(byte)
        if len(raw) == 1:
            return None
        if len(raw) == 2:
            if byte in _FIXED:
                self._left = _FIXED[byte]
            elif byte != 0xB0:
                return self._drop("no command that it knows")
        elif self._left is None:
            if byte > LONGEST:
                return self._drop("longer than its memory")
            self._left = byte
        elif self._left > 0:
            self._left -= 1
        else:
            whole = bytes(raw)
            self.forget()
            return _command(whole) if byte == 0x55 else Dropped(whole, "no 55 where it must end")
        return None

    def _drop(self, why: str) -> Dropped:
        whole = bytes(self._raw)
        self.forget()
        return Dropped(whole, why)


def _command(raw: bytes) -> Command:
    kind, data = raw[1], raw[2:-1]
    if kind == 0xFF:
        return AskedVersion(raw)
    if kind == 0xA0:
        return Confirmed(raw)
    if kind == 0xA5:
        low, short, long = (data[place] * 256 + data[place + 1] for place in (0, 2, 4))
        bits = "".join(format(byte, "08b") for byte in data[6:9])
        each = {"0": (short, long), "1": (long, short)}
        return Transmit(((short, low), *(each[bit] for bit in bits)), 8, raw)
    if kind == 0xB0:
        return _buckets(raw, data[1:])
    return Dropped(raw, "a beep: it has no buzzer")


def _buckets(raw: bytes, data: bytes) -> Command:
    """Number of times, repeats, the times, then half bytes: high and low in turn."""
    if len(data) < 2 or not 1 <= data[0] <= 8:
        return Dropped(raw, "one to eight times, then repeats")
    count, repeats = data[0], data[1]
    listed, levels = data[2 : 2 + 2 * count], data[2 + 2 * count :]
    times = [listed[place] * 256 + listed[place + 1] for place in range(0, len(listed) - 1, 2)]
    if len(times) < count or not levels:
        return Dropped(raw, "times or pulses are missing")
    pulses = []
    for byte in levels:
        high, low = byte // 16 % 8, byte % 16 % 8
        if max(high, low) >= count:
            return Dropped(raw, "a pulse of no time that was listed")
        pulses.append((times[high], times[low]))
    return Transmit(tuple(pulses), repeats + 1, raw)


def seconds(pulses: Sequence[Pulse]) -> float:
    return sum(high + low for high, low in pulses) / 1_000_000


def code_of(pulses: Sequence[Pulse]) -> str | None:
    """What a watch's receiver makes of one frame: six hexadecimal digits, or None when it has no sync pulse or no 24
    bits. More than 24 bits are not looked at."""
    if not pulses or pulses[0][1] < 8 * pulses[0][0]:
        return None
    bits = ""
    for high, low in pulses[1:]:
        if min(high, low) * 2 > max(high, low):
            return None
        bits += "1" if high > low else "0"
    if len(bits) < CODE_BITS:
        return None
    return format(int(bits[:CODE_BITS], 2), "06X")
