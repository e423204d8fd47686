"""What happened in a run, in order: for its hash, and for whoever reads how it failed."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b

KEPT = 4_000


class Trace:
    """The same seed makes the same trace, in whatever process."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=8)
        self.lines: deque[str] = deque(maxlen=KEPT)

    def say(self, at: float, words: str) -> None:
        line = f"{at:.6f} {words}"
        self._hash.update(line.encode())
        self._hash.update(b"\n")
        self.lines.append(line)

    def digest(self) -> str:
        return self._hash.hexdigest()
