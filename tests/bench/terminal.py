"""The transmitter of the bench: takes bytes without line time, stamps the first byte of every page, says yes at once.

It speaks as much TAP as one logon and endless blocks need, or nothing at all (`plain`, for the reference)."""

from __future__ import annotations

import os
import pty
import re
import threading
import tty

from tests.bench.clock import now

NUMBER = re.compile(rb"[Nn](\d{6})(?:/(\d+))?")
"""Of the press, or of the unit with its input: then presses are numbered through all inputs of all units."""
INPUTS = 16
SAYS_SO = (b"REPEATED", b"TAKEN BACK", b"WAITING")


class Terminal:
    """`path`: what the gateway opens. `seen`: press number -> boot-time seconds of the first byte of its page."""

    def __init__(self, *, plain: bool) -> None:
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.path = os.ttyname(self._theirs)
        self.seen: dict[int, float] = {}
        self.marked, self.doubled = 0, 0
        """Pages for a press that has rung: said to be a repeat, since nobody knew; and without such a word."""
        self._plain = plain
        self._buffer = b""
        self._started_at = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 4096)
            except OSError:
                return
            at = now()
            if self._plain:
                self._lines(data, at)
            else:
                self._tap(data, at)

    def _lines(self, data: bytes, at: float) -> None:
        if not self._buffer:
            self._started_at = at
        self._buffer += data
        while b"\n" in self._buffer:
            line, self._buffer = self._buffer.split(b"\n", 1)
            self._note(line)
            self._started_at = at

    def _tap(self, data: bytes, at: float) -> None:
        for start in range(0, len(data), 1):
            byte = data[start : start + 1]
            if byte == b"\x02":
                self._started_at, self._buffer = at, b""
            self._buffer += byte
            if byte != b"\r":
                continue
            if self._buffer.startswith(b"\x02"):
                if b"\x03" in self._buffer:
                    self._note(self._buffer)
                    self._say(b"\x06\r")
                    self._buffer = b""
                continue
            line, self._buffer = self._buffer, b""
            if line.startswith(b"\x1bPG1"):
                self._say(b"110 1.8\r\x06\r\x1b[p\r")
            elif line.startswith(b"\x04"):
                self._say(b"\x1b\x04\r")
            else:
                self._say(b"ID=")

    def _note(self, block: bytes) -> None:
        found = NUMBER.search(block)
        if found is not None:
            number = int(found[1]) if found[2] is None else int(found[1]) * INPUTS + int(found[2]) - 1
            if number in self.seen:
                self.marked += b"REPEATED" in block
                self.doubled += not any(words in block for words in SAYS_SO)
            elif b"TAKEN BACK" not in block:  # of the burst before this one
                self.seen[number] = self._started_at

    def _say(self, data: bytes) -> None:
        os.write(self._ours, data)

    def close(self) -> None:
        os.close(self._theirs)
        os.close(self._ours)
