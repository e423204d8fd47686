"""What a child says goes into a file that cannot grow without end; the last lines are kept at hand."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path
from typing import IO

MOST_BYTES = 4 * 1024 * 1024


class LogPump(threading.Thread):
    """Owns the reading end of one child's output until the child closes it."""

    def __init__(self, stream: IO[bytes], path: Path, most: int = MOST_BYTES) -> None:
        super().__init__(name=f"log of {path.stem}", daemon=True)
        self._stream = stream
        self._path = path
        self._most = most
        self._last: deque[str] = deque(maxlen=12)

    def run(self) -> None:
        file = self._path.open("ab")
        try:
            for line in self._stream:
                self._last.append(line.decode("utf-8", "replace").rstrip()[:300])
                if file.tell() + len(line) > self._most:
                    file.close()
                    self._path.replace(self._path.with_suffix(".log.1"))
                    file = self._path.open("ab")
                file.write(line)
                file.flush()
        except OSError:  # a full disk must not stop the child: its output is read on, and lost
            for _ in self._stream:
                pass
        finally:
            file.close()
            self._stream.close()

    def last_lines(self) -> list[str]:
        return list(self._last)
