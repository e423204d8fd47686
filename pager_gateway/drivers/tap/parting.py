"""A text that one page of a box cannot hold, as several numbered pages. Pure."""

from __future__ import annotations

from collections.abc import Callable

MOST = 9


def split(text: bytes, most: int, fits: Callable[[bytes], bool]) -> list[bytes]:
    """`1/2 first`, `2/2 second`, cut between words where a word ends in the last third. A text that fits stays as it
    is; one that would need over nine pages comes back whole, for the caller to refuse."""
    if len(text) <= most and fits(text):
        return [text]
    for count in range(2, MOST + 1):
        parts, rest = [], text
        for number in range(1, count + 1):
            head = f"{number}/{count} ".encode("ascii")
            size = _longest(rest, head, most, fits)
            parts.append(head + rest[:size].rstrip())
            rest = rest[size:].lstrip()
        if not rest and all(len(part) > 4 for part in parts):
            return parts
    return [text]


def _longest(rest: bytes, head: bytes, most: int, fits: Callable[[bytes], bool]) -> int:
    size = max(0, min(len(rest), most - len(head)))
    while size and not fits(head + rest[:size]):
        size -= 1
    if size < len(rest):
        blank = max(rest.rfind(b" ", 0, size + 1), rest.rfind(b"\n", 0, size + 1))
        if blank > size * 2 // 3:
            return blank
    return size
