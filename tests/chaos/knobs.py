"""What is wrong around a process, told to it from outside while it runs: a file of three figures, mapped into both."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_FORMAT = "ddd"
_SIZE = struct.calcsize(_FORMAT)


class Knobs:
    """`wrong_by`: seconds that its wall clock is off. `full`: its SQLite files may not grow by a page. `slow`: by how
    many seconds each of its commits takes longer."""

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        if fresh:
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)

    @property
    def wrong_by(self) -> float:
        return float(struct.unpack_from("d", self._map, 0)[0])

    @wrong_by.setter
    def wrong_by(self, seconds: float) -> None:
        struct.pack_into("d", self._map, 0, seconds)

    @property
    def full(self) -> bool:
        return bool(struct.unpack_from("d", self._map, 8)[0])

    @full.setter
    def full(self, full: bool) -> None:
        struct.pack_into("d", self._map, 8, float(full))

    @property
    def slow(self) -> float:
        return float(struct.unpack_from("d", self._map, 16)[0])

    @slow.setter
    def slow(self, seconds: float) -> None:
        struct.pack_into("d", self._map, 16, seconds)

    def close(self) -> None:
        self._map.close()
