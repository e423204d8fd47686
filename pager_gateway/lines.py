"""Lines of text and lone control characters, found in bytes cut anywhere: how most paging boxes talk. Pure."""

from __future__ import annotations

LONGEST = 400


class Lines:
    """Bytes in; out come lines without their ends (never empty), and the wanted control characters as they are."""

    def __init__(self, controls: bytes = b"") -> None:
        self._controls = controls
        self._line = bytearray()

    def clear(self) -> None:
        self._line.clear()

    def feed(self, data: bytes) -> list[str]:
        """The eighth bit is parity or nothing. CR, LF and both in either order end a line."""
        found: list[str] = []
        for byte in (raw & 0x7F for raw in data):
            if byte in self._controls:
                self._end(found)
                found.append(chr(byte))
            elif byte in b"\r\n":
                self._end(found)
            elif 0x20 <= byte < 0x7F:
                self._line.append(byte)
                del self._line[:-LONGEST]
        return found

    def _end(self, found: list[str]) -> None:
        text = self._line.decode("ascii").strip()
        self._line.clear()
        if text:
            found.append(text)
