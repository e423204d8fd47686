"""An encoder in "Scope" mode in software. Written from its published description; it shares no line with the driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.transmitters.base import OnAir, Trouble
from simulator.transmitters.line_box import LineBox, LineHabits

LONGEST = 300
UNKNOWN = "Invalid Pager ID"


@dataclass(slots=True)
class ScopeHabits(LineHabits):
    """How this box behaves when it is well."""

    product: str = ""
    """What it answers to ATI; empty: it takes that for a bad page, as for any other line."""


class ScopeEncoder(LineBox):
    """Type, speed, seven digits, beeps, text, CR: `AN0046180DThis is a test`."""

    troubles = frozenset(Trouble)

    def __init__(
        self,
        habits: ScopeHabits | None = None,
        *,
        knows: Callable[[str], bool] = lambda address: True,
        seed: int = 0,
    ) -> None:
        self.habits = habits or ScopeHabits()
        super().__init__(self.habits, knows, seed)
        self._typed = ""

    def forget(self) -> None:
        self._typed = ""

    def in_frame(self) -> bool:
        return len(self._typed) > 4

    def hear(self, data: bytes, now: float) -> None:
        for character in data.decode("latin-1"):
            if character == "\r":
                line, self._typed = self._typed, ""
                if line:
                    self._line(line, now)
            elif character != "\n":
                self._typed = (self._typed + character)[-LONGEST:]

    def _line(self, line: str, now: float) -> None:
        raw = line.encode("latin-1") + b"\r"
        if self.habits.product and line == "ATI":
            self.understood(raw, "who are you?")
            self.say(self.habits.product.encode("ascii") + b"\r\n", "its name", now)
            return
        wrong = self._wrong(line)
        if wrong:
            self.understood(raw, "not a page")
            self._error(wrong, now)
            return
        address, alert, text = line[2:9], "ABCD".index(line[9]) + 1, line[10:]
        self.understood(raw, f"page for {address}: {text}")
        trouble = self.judged(address)
        if trouble is Trouble.CHECKSUM:
            self.say(b"\r\x15\r\n", "not understood", now)
        elif trouble is Trouble.BUSY:
            self._error("Queue full", now)
        elif trouble is Trouble.REFUSE:
            self._error(UNKNOWN, now)
        elif self.on_air(OnAir(address, text, alert), now):
            self.say(b"Page Queued Okay\r\n", "page taken", now)

    @staticmethod
    def _wrong(line: str) -> str:
        """The words of the error, or none."""
        if line[:1] not in ("A", "N"):
            return "Invalid pager type. Expected A or N"
        if line[1:2] not in ("N", "F", "S"):
            return "Invalid speed. Expected N, F, S"
        if len(line[2:9]) != 7 or not line[2:9].isdecimal() or not line[2:9].isascii():
            return UNKNOWN
        if line[9:10] not in ("A", "B", "C", "D"):
            return "Beep code invalid. Expected A,B,C,D"
        if line[0] == "N" and set(line[10:]) - set("0123456789 -U()"):
            return "Not numeric"
        return ""

    def _error(self, words: str, now: float) -> None:
        """An unknown pager gets no NAK, everything else does."""
        end = b"\n" if words == UNKNOWN else b"\x15\r\n"
        self.say(f"Error - {words}\r".encode() + end, f"refused: {words}", now)
