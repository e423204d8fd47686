"""What a TAP terminal says, found in bytes cut anywhere: prompts and control codes wherever they stand in a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

LONGEST_LINE = 400


class Sign(Enum):
    """Everything of a terminal that is not text."""

    PROMPT = auto()
    ACK = auto()
    NAK = auto()
    RS = auto()
    DISCONNECT = auto()
    GO_AHEAD = auto()
    XON = auto()
    XOFF = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message sequence. `code` is None for text that carries none."""

    text: str
    code: int | None

    @property
    def number(self) -> int | None:
        """What stands after the code, as 214 and 517 have it: `517 80 too long`."""
        found = re.match(r"\d{3}\s+(\d{1,6})(?!\d)", self.text)
        return int(found[1]) if found else None


_SIGNS = {0x06: Sign.ACK, 0x15: Sign.NAK, 0x1E: Sign.RS, 0x11: Sign.XON, 0x13: Sign.XOFF}
_AFTER_ESC = {b"\x1b\x04": Sign.DISCONNECT, b"\x1b[p": Sign.GO_AHEAD}


class Replies:
    """Bytes in, lines and signs out. The eighth bit is parity or nothing: it is dropped at once."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._escape = b""

    def clear(self) -> None:
        self._line.clear()
        self._escape = b""

    def feed(self, data: bytes) -> list[Line | Sign]:
        found: list[Line | Sign] = []
        for byte in data:
            self._take(byte & 0x7F, found)
        return found

    def _take(self, byte: int, found: list[Line | Sign]) -> None:
        if self._escape:
            self._escape += bytes((byte,))
            sign = _AFTER_ESC.get(self._escape)
            if sign is not None:
                self._escape = b""
                self._end(found)
                found.append(sign)
                return
            if self._escape == b"\x1b[":
                return
            self._escape = b""
        if byte == 0x1B:
            self._escape = b"\x1b"
        elif byte in _SIGNS:
            if byte not in (0x11, 0x13):
                self._end(found)
            found.append(_SIGNS[byte])
        elif byte in b"\r\n":
            self._end(found)
        elif byte >= 0x20:
            self._line.append(byte)
            if self._line.endswith(b"ID="):
                self._line.clear()
                found.append(Sign.PROMPT)
            elif len(self._line) > LONGEST_LINE:
                del self._line[:-LONGEST_LINE]

    def _end(self, found: list[Line | Sign]) -> None:
        """An empty line is no line."""
        text = self._line.decode("ascii")
        self._line.clear()
        if text.strip():
            three = len(text) >= 3 and text[:3].isdigit() and not text[3:4].isdigit()
            code = int(text[:3]) if three else None
            found.append(Line(text.strip(), code))
