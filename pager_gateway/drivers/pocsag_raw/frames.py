"""A packed transmission as the bytes that a raw box takes: preamble, then words, the highest bit first. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pager_gateway.pocsag.packing import BATCH_BITS, PREAMBLE_BITS, Transmission

PREAMBLE = b"\xaa" * (PREAMBLE_BITS // 8)
BATCH = BATCH_BITS // 8
_WORDS = struct.Struct(">17I")
_INVERTED = bytes(range(255, -1, -1))


def encode(transmission: Transmission, *, inverted: bool = False, end: bytes = b"") -> bytes:
    """`end` is a word to the box, not to the air: it is never inverted."""
    data = PREAMBLE + b"".join(_WORDS.pack(*batch) for batch in transmission.batches)
    return (data.translate(_INVERTED) if inverted else data) + end


def batch_at(batch: int) -> int:
    """Where a batch begins among the bytes."""
    return len(PREAMBLE) + BATCH * batch


def portions(data: bytes, begin: int, end: int) -> Iterator[bytes]:
    """Bytes from `begin` to before `end`, cut where the preamble ends and where a batch does: a box that is watched, or
    hears a whole write at once, has the beginning early."""
    while begin < end:
        upto = batch_at(max(0, begin - len(PREAMBLE)) // BATCH + (begin >= len(PREAMBLE)))
        yield data[begin : min(upto, end)]
        begin = upto
