"""Watches the lights of all units, in one thread: when each began to say that a press is kept."""

from __future__ import annotations

import json
import selectors
import socket
import threading
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from tests.chaos.plan import Place

KEPT, UNDONE = "sending", "undone"
"""Only a press that is on its unit's disk makes a light say so."""
ENDED_S = 5.0


class _Line:
    def __init__(self, unit: str, end: socket.socket) -> None:
        self.unit, self.end = unit, end
        self.rest = b""


class Lights:
    """`kept`: button -> the boot-time moments at which its light went over to "kept". `undone`: the same of "taken
    back". `refused`: the same of touches that its unit counted as none, with a reason."""

    def __init__(self) -> None:
        self.kept: dict[Place, list[float]] = defaultdict(list)
        self.undone: dict[Place, list[float]] = defaultdict(list)
        self.refused: dict[Place, list[float]] = defaultdict(list)
        self._shown: dict[Place, str] = {}
        self._counted: dict[Place, int] = {}
        self._selector = selectors.DefaultSelector()
        self._ours, self._theirs = socket.socketpair()
        self._selector.register(self._ours, selectors.EVENT_READ, None)
        self._fresh: list[_Line] = []
        self._thread = threading.Thread(target=self._run, name="lights", daemon=True)
        self._thread.start()

    def watch(self, unit: str, control: Path) -> None:
        """From a start of the unit to its end. Raises OSError when it is not there."""
        end = socket.socket(socket.AF_UNIX)
        try:
            end.settimeout(ENDED_S)
            end.connect(str(control))
            end.sendall(b'{"do": "watch"}\n')
            end.setblocking(False)
        except OSError:
            end.close()
            raise
        self._fresh.append(_Line(unit, end))
        self._theirs.send(b"x")

    def close(self) -> None:
        self._theirs.send(b".")
        self._thread.join(ENDED_S)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.data, _Line):
                key.data.end.close()
        self._selector.close()
        self._ours.close()
        self._theirs.close()

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._read(key.data)
                    continue
                if b"." in self._ours.recv(4096):
                    return
                while self._fresh:
                    line = self._fresh.pop()
                    self._selector.register(line.end, selectors.EVENT_READ, line)

    def _read(self, line: _Line) -> None:
        data = b""
        with suppress(BlockingIOError, ConnectionResetError):
            data = line.end.recv(65_536)
            if data:
                *whole, line.rest = (line.rest + data).split(b"\n")
                for one in whole:
                    self._hear(line.unit, json.loads(one))
                return
        if not data:
            self._selector.unregister(line.end)
            line.end.close()

    def _hear(self, unit: str, said: dict[str, object]) -> None:
        number, state, at = said["input"], said["state"], said["at"]
        assert isinstance(number, int) and isinstance(state, str) and isinstance(at, float)
        place = (unit, number)
        if state == KEPT != self._shown.get(place):
            self.kept[place].append(at)
        if state == UNDONE != self._shown.get(place):
            self.undone[place].append(at)
        self._shown[place] = state
        counted = said["refused"]
        assert isinstance(counted, dict)
        count = sum(counted.values())
        if count > self._counted.get(place, 0):
            self.refused[place].append(at)
        self._counted[place] = count
