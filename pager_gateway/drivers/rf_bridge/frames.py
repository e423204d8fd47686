"""What is said to an RF bridge chip, as bytes: a 24-bit code (A5), any pulses (B0), its version (FF). Pure.

An EV1527 frame is a sync pulse (short high, long gap) and then the bits: 0 is short high and long low, 1 the other way
round."""

from __future__ import annotations

from dataclasses import dataclass

START, END = b"\xaa", b"\x55"
VERSION = START + b"\xff" + END
CONFIRM = START + b"\xa0" + END
"""The host's word on a report. The chip says the same three bytes when it has sent."""
A5_FRAMES = 8
"""So often the chip sends the code of an A5, whoever asks."""
CODE_BITS = 24
_SHORT, _LONG, _GAP = range(3)
"""Places of the three times in a B0."""


@dataclass(frozen=True, slots=True)
class Timing:
    """In microseconds. The sync pulse is `short` high and `gap` low."""

    short: int
    long: int
    gap: int


def bits_of(code: int) -> str:
    return f"{code:0{CODE_BITS}b}"


def send_code(code: int, timing: Timing) -> bytes:
    """A5: the chip makes the pulses, always eight frames of 24 bits."""
    data = b"".join(_two(us) for us in (timing.gap, timing.short, timing.long))
    return START + b"\xa5" + data + code.to_bytes(3, "big") + END


def send_pulses(bits: str, timing: Timing, frames: int) -> bytes:
    """B0: three times, and a half byte for each level, high and low in turn."""
    data = bytes((3, frames - 1)) + b"".join(_two(us) for us in (timing.short, timing.long, timing.gap))
    data += bytes((_SHORT << 4 | _GAP,))
    data += bytes(_LONG << 4 | _SHORT if bit == "1" else _SHORT << 4 | _LONG for bit in bits)
    return START + b"\xb0" + bytes((len(data),)) + data + END


def air_s(bits: int, timing: Timing, frames: int) -> float:
    """How long so many frames of so many bits take. A bit is one short and one long pulse, whichever comes first."""
    return frames * (timing.short + timing.gap + bits * (timing.short + timing.long)) / 1_000_000


def _two(us: int) -> bytes:
    return us.to_bytes(2, "big")
