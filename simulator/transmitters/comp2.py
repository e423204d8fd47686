"""An encoder in COMP2 mode in software. Written from its published description; it shares no line with the driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.transmitters.base import OnAir, Trouble
from simulator.transmitters.line_box import LineBox, LineHabits

GIVES_UP_S = 10.0
"""Half a page is dropped after this silence."""
MOST = 256


@dataclass(slots=True)
class Comp2Habits(LineHabits):
    """How this box behaves when it is well."""

    verbose: bool = False
    taken: str = "Page accepted"
    ends_with_ack: bool = True


class Comp2Encoder(LineBox):
    """Two fields, each ended by CR or ~; three DEL in a row begin anew. Without `verbose` it never says anything."""

    troubles = frozenset(Trouble)

    def __init__(
        self,
        habits: Comp2Habits | None = None,
        *,
        knows: Callable[[str], bool] = lambda address: True,
        seed: int = 0,
    ) -> None:
        self.habits = habits or Comp2Habits()
        super().__init__(self.habits, knows, seed)
        if not self.habits.verbose:
            self.troubles = frozenset({Trouble.SILENT, Trouble.BUSY, Trouble.RESET})
        self._fields: list[bytearray] = [bytearray()]
        self._heard_at = 0.0

    def forget(self) -> None:
        self._fields = [bytearray()]

    def in_frame(self) -> bool:
        return len(self._fields) == 2

    def hear(self, data: bytes, now: float) -> None:
        if now - self._heard_at > GIVES_UP_S:
            self.forget()
        self._heard_at = now
        for byte in data:
            self._take(byte, now)

    def _take(self, byte: int, now: float) -> None:
        if byte in b"\r~":
            if len(self._fields) == 2:
                address, text = self._fields
                self.forget()
                self._page(bytes(address), bytes(text), now)
            elif self._fields[0]:
                self._fields.append(bytearray())
            return
        self._fields[-1].append(byte)
        if self._fields[-1].endswith(b"\x7f\x7f\x7f") or sum(map(len, self._fields)) > MOST:
            self.forget()

    def _page(self, field: bytes, text: bytes, now: float) -> None:
        raw = field + b"\r" + text + b"\r"
        name = field.decode("latin-1")
        letter = name[-1:] if name[-1:] in ("A", "B", "C", "D") else ""
        address = name.removesuffix(letter)
        shown = text.decode("latin-1")
        if not (address.isdecimal() and address.isascii() and len(address) <= 10):
            self.understood(raw, "no pager ID")
            self._refuse("Invalid character in pager ID", now)
            return
        self.understood(raw, f"page for {address}: {shown}")
        trouble = self.judged(address)
        if trouble is Trouble.CHECKSUM:
            self._talk(b"Input error\r\r\x15\r", "not understood", now)
        elif trouble is Trouble.BUSY:
            self._refuse("Queue full", now)
        elif trouble is not None:
            self._refuse("No such pager", now)
        elif self.on_air(OnAir(address, shown, "ABCD".index(letter or "A") + 1), now):
            end = b"\r\r\x06\r" if self.habits.ends_with_ack else b"\r"
            self._talk(self.habits.taken.encode("ascii") + end, "page taken", now)

    def _refuse(self, words: str, now: float) -> None:
        self._talk(words.encode("ascii") + b"\r\r\x1e\r", f"refused: {words}", now)

    def _talk(self, data: bytes, why: str, now: float) -> None:
        if self.habits.verbose:
            self.say(data, why, now)
