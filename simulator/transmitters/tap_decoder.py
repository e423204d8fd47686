"""A paging terminal's reading of TAP, written from the description alone: lines before a block, blocks, sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

MOST = 256


@dataclass(frozen=True, slots=True)
class Typed:
    """Characters up to a carriage return, outside any block; the return itself is not part of it."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """`end`: 3 the page ends, 0x17 a field ends, 0x1F a field goes on. `trouble`: a code of TAP, or None."""

    information: bytes
    end: int
    trouble: int | None
    raw: bytes


Heard: TypeAlias = Typed | Block


class TapEar:
    """Bytes of the entry device in, what they mean out."""

    def __init__(self) -> None:
        self._typed = bytearray()
        self._block: bytearray | None = None
        self._end_at: int | None = None

    @property
    def in_block(self) -> bool:
        return self._block is not None

    def forget(self) -> None:
        self._typed.clear()
        self._block = None
        self._end_at = None

    def hear(self, data: bytes) -> list[Heard]:
        found: list[Heard] = []
        for raw in data:
            byte = raw & 0x7F
            if byte == 0x02 and self._end_at is None:
                self._block = bytearray(b"\x02")
                self._typed.clear()
            elif self._block is not None:
                self._in_block(byte, found)
            elif byte == 0x0D:
                found.append(Typed(bytes(self._typed)))
                self._typed.clear()
            elif byte not in (0x0A, 0x00):
                self._typed.append(byte)
                del self._typed[:-80]
        return found

    def _in_block(self, byte: int, found: list[Heard]) -> None:
        block = self._block
        assert block is not None
        block.append(byte)
        if self._end_at is None:
            if byte in (0x03, 0x17, 0x1F):
                self._end_at = len(block) - 1
            elif len(block) > MOST:
                found.append(Block(bytes(block), 0x03, 515, bytes(block)))
                self.forget()
        elif len(block) == self._end_at + 5:
            found.append(judge(bytes(block), self._end_at))
            self.forget()


def judge(block: bytes, end_at: int) -> Block:
    """A block with its three characters of sum and its carriage return."""
    total = 0
    for byte in block[: end_at + 1]:
        total = (total + byte) % 4096
    digits = "0123456789:;<=>?"
    written = block[end_at + 1 : end_at + 4].decode("ascii")
    right = digits[total // 256] + digits[total // 16 % 16] + digits[total % 16]
    trouble = None
    if len(block) > MOST:
        trouble = 515
    elif written != right or block[end_at + 4] != 0x0D:
        trouble = 514
    return Block(block[1:end_at], block[end_at], trouble, block)


class Assembly:
    """Fields of one page over one or several blocks."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, block: Block) -> list[bytes] | None:
        """The fields when the page is whole, else None. Raises ValueError when its form is wrong."""
        self._bytes += block.information
        if block.end != 0x03:
            return None
        whole, self._bytes = bytes(self._bytes), bytearray()
        if not whole.endswith(b"\r"):
            raise ValueError("the last field has no carriage return")
        return [unescape(field) for field in whole[:-1].split(b"\r")]

    def drop(self) -> None:
        self._bytes.clear()


def unescape(field: bytes) -> bytes:
    """SUB and a character mean that character minus 0x40."""
    out = bytearray()
    pending = False
    for byte in field:
        if pending:
            out.append((byte - 0x40) & 0x7F)
            pending = False
        elif byte == 0x1A:
            pending = True
        else:
            out.append(byte)
    return bytes(out)
