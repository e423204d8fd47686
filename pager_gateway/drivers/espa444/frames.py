"""ESPA 4.4.4 as bytes: blocks with their check character, and the signs between them. No ports, no time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import reduce
from operator import xor
from typing import TypeAlias

SOH, STX, ETX, EOT, ENQ, ACK, CR, NAK, RS, US = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0D, 0x15, 0x1E, 0x1F
LONGEST = 512
"""A block that is longer has lost its end."""
CALL, STATUS, REQUEST = "1", "2", "3"
"""Headers: a call, the paging system's word about a call, our question for it."""

Records: TypeAlias = Sequence[tuple[str, bytes]]


class Sign(Enum):
    """One byte that stands for itself."""

    ACK = auto()
    EOT = auto()


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Somebody polls or selects this address; which of the two, only the history tells."""

    address: str


@dataclass(frozen=True, slots=True)
class Nak:
    """`prefix` is empty when there was none."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Block:
    """`good` False: the check character or the form is wrong, and nothing else of it counts."""

    header: str
    records: tuple[tuple[str, bytes], ...]
    good: bool

    def record(self, name: str) -> bytes | None:
        return next((data for key, data in self.records if key == name), None)


Found: TypeAlias = Sign | Enquiry | Nak | Block


def bcc(covered: bytes, bits: int = 8) -> int:
    """XOR of everything from the header up to and including ETX, on a 7-bit line over seven bits."""
    return reduce(xor, covered, 0) & (0x7F if bits == 7 else 0xFF)


def seal(header: str, records: Records, *, bits: int = 8, extra_rs: bool = False, cr: bool = False) -> bytes:
    """A whole block, from SOH to its check character."""
    body = bytes((RS,)).join(name.encode("ascii") + bytes((US,)) + data for name, data in records)
    covered = (
        header.encode("ascii") + bytes((STX,)) + body + (bytes((RS, ETX)) if extra_rs else bytes((ETX,)))
    )
    if bits == 7:
        covered = bytes(byte & 0x7F for byte in covered)
    return bytes((SOH,)) + covered + bytes((bcc(covered, bits),)) + (bytes((CR,)) if cr else b"")


def enquiry(address: str) -> bytes:
    return address.encode("ascii") + bytes((ENQ,))


def nak(prefix: str = "") -> bytes:
    return prefix.encode("ascii") + bytes((NAK,))


def read(covered: bytes, check: int, bits: int) -> Block:
    """What stands between SOH and the check character, ETX included."""
    header, _, body = covered[:-1].partition(bytes((STX,)))
    records = []
    for piece in body.split(bytes((RS,))):
        name, mark, data = piece.partition(bytes((US,)))
        if mark:
            records.append((name.decode("latin-1").strip(), data))
    good = bcc(covered, bits) == check and len(header) == 1 and bool(records)
    return Block(header.decode("latin-1"), tuple(records), good)


class Ear:
    """Bytes in, cut anywhere; signs, enquiries and blocks out. The check character is never taken for a sign."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._mask = 0x7F if bits == 7 else 0xFF
        self._block: bytearray | None = None
        self._ended = False
        self._prefix = ""

    @property
    def in_block(self) -> bool:
        return self._block is not None

    def forget(self) -> None:
        self._block = None
        self._ended = False
        self._prefix = ""

    def feed(self, data: bytes) -> list[Found]:
        found: list[Found] = []
        for byte in data:
            one = self._take(byte & self._mask)
            if one is not None:
                found.append(one)
        return found

    def _take(self, byte: int) -> Found | None:
        if self._block is not None:
            return self._in_block(self._block, byte)
        prefix, self._prefix = self._prefix, ""
        if byte == SOH:
            self._block = bytearray()
        elif byte == ACK:
            return Sign.ACK
        elif byte == EOT:
            return Sign.EOT
        elif byte == NAK:
            return Nak(prefix)
        elif byte == ENQ:
            return Enquiry(prefix) if prefix else None
        elif 0x20 < byte < 0x7F:
            self._prefix = chr(byte)
        return None

    def _in_block(self, block: bytearray, byte: int) -> Found | None:
        if self._ended:
            self.forget()
            return read(bytes(block), byte, self._bits)
        if byte == SOH:
            block.clear()
            return None
        block.append(byte)
        self._ended = byte == ETX
        if len(block) > LONGEST:
            self.forget()
            return Block("", (), good=False)
        return None
