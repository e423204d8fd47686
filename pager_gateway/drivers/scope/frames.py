"""The "Scope" mode of WaveWare and similar encoders as bytes: T B capcode F text CR; and what the box says. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pager_gateway.lines import Lines
from pager_gateway.turns.parts import Answer, Verdict

CR, LF, NAK = b"\r", "\n", "\x15"
BAUDS = {512: b"N", 1200: b"F", 2400: b"S"}
BEEPS = b"ABCD"
DIGITS = 7
QUEUED = "page queued"
ERROR = "error"


def page(*, numeric: bool, baud: int, capcode: str, alert: int, text: bytes) -> bytes:
    """`capcode`: up to seven digits; `alert` 1..4: so many beeps."""
    kind = b"N" if numeric else b"A"
    address = capcode.zfill(DIGITS).encode("ascii")
    return kind + BAUDS[baud] + address + BEEPS[alert - 1 : alert] + text + CR


class ScopeReplies:
    """`Page Queued Okay`, or `Error - why`, ended by CR LF or by CR NAK CR LF. A NAK without words means a bad line."""

    def __init__(self, busy_words: Iterable[str] = ()) -> None:
        self._lines = Lines((NAK + LF).encode("ascii"))
        self._busy_words = [word.lower() for word in busy_words]
        self._why = ""

    def clear(self) -> None:
        self._lines.clear()
        self._why = ""

    def feed(self, data: bytes) -> list[Answer]:
        return [answer for line in self._lines.feed(data) for answer in self._answers(line)]

    def _answers(self, line: str) -> list[Answer]:
        if line == NAK or (line == LF and self._why):
            why, self._why = self._why, ""
            return [self._refusal(why)]
        if line == LF:
            return []
        if QUEUED in line.lower():
            return [Answer(Verdict.TAKEN)]
        if line.lower().startswith(ERROR):
            self._why = line[len(ERROR) :].strip(" -:")
        return [Answer(None)]

    def _refusal(self, why: str) -> Answer:
        if not why:
            return Answer(
                Verdict.SPOILT, "nak", "refused without a reason, again and again: is the line noisy?"
            )
        busy = any(word in why.lower() for word in self._busy_words)
        return Answer(Verdict.BUSY if busy else Verdict.REFUSED, "scope-error", f"the box says: {why}")
