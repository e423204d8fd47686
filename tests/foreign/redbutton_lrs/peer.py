"""An LRS transmitter in software, for the conformance suite: it reads lines, puts pages on the air, says nothing."""

from __future__ import annotations

from collections.abc import Callable

from simulator.transmitters.base import OnAir, Trouble
from simulator.transmitters.line_box import LineBox, LineHabits


class LrsBox(LineBox):
    """`PAGE,9,0,text`, ended by CR, LF or both; `\\n` in the text is a line break."""

    troubles = frozenset({Trouble.SILENT, Trouble.BUSY, Trouble.RESET})

    def __init__(self, system: int = 0, *, knows: Callable[[str], bool] = lambda address: True) -> None:
        super().__init__(LineHabits(), knows, 0)
        self._system = system
        self._typed = ""

    def forget(self) -> None:
        self._typed = ""

    def in_frame(self) -> bool:
        return len(self._typed) > 5

    def hear(self, data: bytes, now: float) -> None:
        for character in data.decode("latin-1"):
            if character in "\r\n":
                line, self._typed = self._typed, ""
                self._line(line, now)
            else:
                self._typed = (self._typed + character)[-300:]

    def _line(self, line: str, now: float) -> None:
        word, *fields = line.split(",", 3)
        if word != "PAGE" or len(fields) != 3 or fields[1] != str(self._system):
            self.understood(line.encode("latin-1"), "not a page of this system")
        elif self.judged(fields[0]) is None:
            self.understood(line.encode("latin-1"), f"page for {fields[0]}: {fields[2]}")
            self.on_air(OnAir(fields[0], fields[2].replace("\\n", "\n"), 1), now)
