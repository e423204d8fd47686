"""SNPP (RFC 1861) as bytes: commands, and replies found in bytes cut anywhere. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pager_gateway.lines import Lines

END = b"\r\n"
RESET = b"RESE" + END
QUIT = b"QUIT" + END
DATA = b"DATA" + END
SEND = b"SEND" + END


def login(name: str, password: str) -> bytes:
    return " ".join(word for word in ("LOGI", name, password) if word).encode("ascii") + END


def level(number: int) -> bytes:
    return f"LEVE {number}".encode("ascii") + END


def pager(address: str) -> bytes:
    return b"PAGE " + address.encode("ascii") + END


def message(text: bytes) -> bytes:
    """One line; more of them need `DATA` and `lines`."""
    return b"MESS " + text + END


def lines(text: bytes) -> bytes:
    """What follows `DATA`. A line that begins with a dot gets a blank before it, since a lone dot ends the text."""
    shown = [b" " + line if line.startswith(b".") else line for line in text.split(b"\n")]
    return END.join(shown) + END + b"." + END


@dataclass(frozen=True, slots=True)
class Reply:
    """The last line of a reply; those before it are for people."""

    code: int
    text: str

    @property
    def closes(self) -> bool:
        return self.code in (221, 421)

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    @property
    def took_the_page(self) -> bool:
        """To SEND: 250 and, of servers for two-way pagers, delivered, under way, final or queued."""
        return self.code in (250, *range(860, 890), *range(960, 970))


class Replies:
    """`NNN text` is a reply; `NNN-text` and anything else is not."""

    def __init__(self) -> None:
        self._lines = Lines()

    def clear(self) -> None:
        self._lines.clear()

    def feed(self, data: bytes) -> list[Reply]:
        return [
            Reply(int(line[:3]), line[4:].strip())
            for line in self._lines.feed(data)
            if line[:3].isdigit() and len(line[:3]) == 3 and line[3:4] in ("", " ")
        ]
