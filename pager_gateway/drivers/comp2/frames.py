"""COMP2 ("People Finder") as bytes: resync, ID and beep, CR, message, CR; and what a verbose box says. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pager_gateway.lines import Lines
from pager_gateway.turns.parts import Answer, Verdict

CR = b"\r"
RESYNC = b"\x7f" * 3
"""Whatever half a page the box still holds is dropped."""
BEEPS = "ABCD"
TILDE = 0x7E
"""Stands for CR on this line, so no text can carry it."""
WHOLE = 256
MESSAGE = 253
ACK, NAK, RS = "\x06", "\x15", "\x1e"


def page(address: str, text: bytes, *, resync: bool = True) -> bytes:
    """`address`: up to ten digits, and perhaps a letter A-D. An empty text is a tone."""
    safe = text.replace(RESYNC, RESYNC[:2] + b"?").replace(bytes((TILDE,)), b"-")
    return (RESYNC if resync else b"") + address.encode("ascii") + CR + safe + CR


class Comp2Replies:
    """A line of words, then a control character: RS refuses for good, NAK asks for it again, ACK takes. The words of
    success are not public: a line with one of `taken_words` counts as well."""

    def __init__(self, taken_words: Iterable[str]) -> None:
        self._lines = Lines((ACK + NAK + RS).encode("ascii"))
        self._taken_words = [word.lower() for word in taken_words]
        self._why = ""

    def clear(self) -> None:
        self._lines.clear()
        self._why = ""

    def feed(self, data: bytes) -> list[Answer]:
        return [answer for line in self._lines.feed(data) for answer in self._answers(line)]

    def _answers(self, line: str) -> list[Answer]:
        if line == ACK:
            return [Answer(Verdict.TAKEN)]
        if line in (NAK, RS):
            why, self._why = self._why or "refused without a reason", ""
            verdict = Verdict.REFUSED if line == RS else Verdict.SPOILT
            return [Answer(verdict, "comp2-error", f"the box says: {why}")]
        if any(word in line.lower() for word in self._taken_words):
            return [Answer(Verdict.TAKEN)]
        self._why = line
        return [Answer(None)]
