"""One direction of one TCP connection through the proxy: bytes wait their time, and a cut holds them back in order."""

from __future__ import annotations

from collections import deque
from enum import StrEnum

MOST = 256 * 1024
"""Bytes that may wait, as in the windows of a real connection; then the sender is not read from any more."""
FIRST_RETRY_S = 0.2
LONGEST_RETRY_S = 120.0


class Direction(StrEnum):
    UP = "up"
    """From whoever connects to the target."""
    DOWN = "down"


def next_try(since: float, now: float, first: float = FIRST_RETRY_S) -> float:
    """When a TCP that has sent in vain since `since` tries again, at `now` or later: the pauses double."""
    moment, pause = since + first, first
    while moment < now:
        pause = min(2 * pause, LONGEST_RETRY_S)
        moment += pause
    return moment


class Lane:
    """Pure: `now` comes in, and whoever owns the sockets asks for `head` and says what was `sent`.

    Nothing inside a connection is dropped, doubled or put in another order, since TCP does none of that: what a cut
    swallows comes when the sender's TCP tries again after the mend, or never, when the sender was reset."""

    def __init__(self, *, held: bool = False) -> None:
        self._waiting: deque[tuple[float, bytes]] = deque()
        """(moment of arrival, bytes); no bytes: the sender has nothing more to say (FIN)."""
        self._held = held
        self._in_vain_since: float | None = None
        self._resumes_at = 0.0
        self._size = 0

    @property
    def is_full(self) -> bool:
        return self._size >= MOST

    def put(self, data: bytes, now: float, delay: float) -> None:
        """Bytes of the sender, or b"" for its end."""
        if self._held and self._in_vain_since is None:
            self._in_vain_since = now
        last = self._waiting[-1][0] if self._waiting else now
        self._waiting.append((max(last, now + delay), data))
        self._size += len(data)

    def cut(self, now: float) -> None:
        if self._held:
            return
        self._held = True
        if self._waiting and self._in_vain_since is None:
            self._in_vain_since = now

    def mend(self, now: float) -> None:
        if not self._held:
            return
        self._held = False
        if self._in_vain_since is not None:
            self._resumes_at = next_try(self._in_vain_since, now)

    def clear(self) -> None:
        """The sender was reset: its TCP has forgotten what it wanted to say."""
        self._waiting.clear()
        self._size = 0

    def due(self) -> float | None:
        """When `head` will have something; None: not before a mend or more bytes."""
        if self._held or not self._waiting:
            return None
        return max(self._waiting[0][0], self._resumes_at)

    def head(self, now: float) -> bytes | None:
        """What arrives now (b"": the sender's end), or None."""
        due = self.due()
        if due is None or now < due:
            return None
        self._in_vain_since = None
        return self._waiting[0][1]

    def sent(self, count: int) -> None:
        """So many bytes of `head` were taken; its end counts as taken with 0."""
        moment, data = self._waiting.popleft()
        self._size -= count
        if count < len(data):
            self._waiting.appendleft((moment, data[count:]))
