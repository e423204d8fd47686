"""Bytes of a transmission as audio, and what Debian's multimon-ng, a stranger's decoder, makes of it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

RATE = 22050
"""Samples a second: all that multimon-ng takes."""
LOUD = 12_000
_LINE = re.compile(r"POCSAG(\d+): Address: +(\d+)  Function: (\d)(?:  (Alpha|Numeric|Skyper): +(.*))?")
_MARK = re.compile(r"<(NUL|EOT|ETX|LF|CR)>")


@dataclass(frozen=True)
class Decoded:
    """`text` as multimon-ng prints it, without the blanks and marks behind it."""

    address: int
    function: int
    kind: str
    text: str


def audio(data: bytes, baud: int, *, one_is_low: bool = True) -> bytes:
    """What the discriminator of a receiver gives: 16 bits a sample, each bit a level. A one is the lower frequency."""
    ones = (-LOUD if one_is_low else LOUD).to_bytes(2, "little", signed=True)
    zeros = (LOUD if one_is_low else -LOUD).to_bytes(2, "little", signed=True)
    samples = bytearray(bytes(2 * (RATE // 20)))
    number = 0
    for byte in data:
        for place in range(7, -1, -1):
            count = (number + 1) * RATE // baud - number * RATE // baud
            samples += (ones if byte >> place & 1 else zeros) * count
            number += 1
    return bytes(samples + bytes(2 * (RATE // 10)))


def decode(sound: bytes, baud: int, *, charset: str = "US", numeric: bool | None = None) -> list[Decoded]:
    """`numeric` None: by the function, as its author thinks usual."""
    words = ["multimon-ng", "-q", "-c", "-a", f"POCSAG{baud}", "-C", charset, "-t", "raw"]
    if numeric is not None:
        words += ["-f", "numeric" if numeric else "alpha"]
    done = subprocess.run([*words, "-"], input=sound, capture_output=True, timeout=60, check=True)
    return [_read(line) for line in done.stdout.decode().splitlines() if line.startswith("POCSAG")]


def _read(line: str) -> Decoded:
    match = _LINE.fullmatch(line.rstrip())
    assert match is not None, line
    text = _MARK.sub("", match[5] or "").replace("<DEL>", "\x7f").rstrip(" ")
    return Decoded(int(match[2]), int(match[3]), match[4] or "Tone", text)
