"""A WaveWare encoder in its own mode in software, from the maker's manual; it shares nothing with the driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.transmitters.base import OnAir, Trouble
from simulator.transmitters.line_box import LineBox, LineHabits

PLACES = 14
FORBIDDEN = (range(8), range(2_007_664, 2_007_672), range(2_045_056, 2_045_064))
MOST = 600


@dataclass(slots=True)
class WavewareHabits(LineHabits):
    """How this box behaves when it is well."""

    version: str = "V8.01"


class WavewareEncoder(LineBox):
    """From SOH to EOT; every SOH begins anew. What was heard is said again, then ACK and its state, or NAK and why."""

    troubles = frozenset(Trouble)

    def __init__(
        self,
        habits: WavewareHabits | None = None,
        *,
        knows: Callable[[str], bool] = lambda address: True,
        seed: int = 0,
    ) -> None:
        self.habits = habits or WavewareHabits()
        super().__init__(self.habits, knows, seed)
        self._frame: bytearray | None = None

    def forget(self) -> None:
        self._frame = None

    def in_frame(self) -> bool:
        return self._frame is not None and len(self._frame) > 4

    def hear(self, data: bytes, now: float) -> None:
        for raw in data:
            byte = raw % 128
            if byte == 1:
                self._frame = bytearray()
            elif self._frame is not None and byte == 4:
                frame, self._frame = bytes(self._frame), None
                self._command(frame, now)
            elif self._frame is not None and len(self._frame) < MOST:
                self._frame.append(byte)

    def _command(self, frame: bytes, now: float) -> None:
        echo = b"\x01" + frame + b"\x04"
        if frame == b"S?":
            self.understood(echo, "how are you?")
            self._answer(echo, "", "its state", now)
            return
        head, _, rest = frame.decode("ascii").partition("\x02")
        kind, baud, digits = head[:1], head[1:].lstrip(",")[:1], head[1:].lstrip(",")[1:].strip(",")
        text = rest.partition("\x03")[0] if kind in ("A", "N") else ""
        error = self._wrong(kind, baud, digits, frame)
        if error:
            self.understood(echo, "not a page")
            self._answer(echo, error, f"refused ({error})", now)
            return
        address = digits.zfill(7)
        alert = int(kind) if kind in "1234" else 1
        self.understood(echo, f"page for {address}: {text}")
        trouble = self.judged(address)
        if trouble is Trouble.CHECKSUM:
            self._answer(echo[:-2] + b"?" + echo[-2:], "08", "heard something else", now)
        elif trouble is Trouble.BUSY or self.waiting >= PLACES:
            self._answer(echo, "05", "its queue is full", now)
        elif trouble is Trouble.REFUSE:
            self._answer(echo, "03", "refused (03)", now)
        elif self.on_air(OnAir(address, text, alert), now):
            self._answer(echo, "", "page taken", now)

    @staticmethod
    def _wrong(kind: str, baud: str, digits: str, frame: bytes) -> str:
        if kind not in ("A", "N", "1", "2", "3", "4"):
            return "01"
        if baud not in ("5", "1", "2"):
            return "02"
        if not digits.isdecimal() or len(digits) > 7 or any(int(digits) in bad for bad in FORBIDDEN):
            return "03"
        if kind in ("A", "N") and not (b"\x02" in frame and frame.endswith(b"\x03")):
            return "08"
        return ""

    def _answer(self, echo: bytes, error: str, why: str, now: float) -> None:
        state = f"{self.habits.version},{self.waiting:02d},0,1,1A"
        words = b"\x15" + error.encode() if error else b"\x06" + state.encode()
        self.say(echo + b"\x01" + words + b"\x04", why, now)
