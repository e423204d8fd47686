"""A button unit as its own process: its fingers by the control socket, its spool read from outside."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from tests.live.processes import PATIENCE_S, Process

PUSH_MS = 110
LIGHT_PINS = 16
"""The light of input n hangs on this pin and n more."""
HOLD_MS, LOCKOUT_MS = 30, 0
"""Every push of these tests is meant: the lock-out against bounce has tests of its own."""


class LightWatch:
    """The unit's lights from one moment on. What it said before it was killed can be read after that."""

    def __init__(self, lines: Iterator[bytes], inputs: int) -> None:
        self._lines = lines
        self.before = {said["input"]: said["state"] for said in map(json.loads, islice(lines, inputs))}
        """Input -> what it showed at first."""

    def rest(self) -> list[dict[str, Any]]:
        """All that changed since, when the unit is gone."""
        return [json.loads(line) for line in self._lines if line.endswith(b"\n")]


class Unit(Process):
    """Inputs 1 to `inputs`, on mock pins. `control` must be short: a socket's path has at most 107 characters.
    `host`: the module that is run. `proof`: the line of its file by which the broker knows it."""

    def __init__(
        self,
        folder: Path,
        control: Path,
        *,
        store: str,
        device: str,
        port: int,
        inputs: int,
        ttl_s: int,
        host: str = "simulator.button_host",
        proof: str,
    ) -> None:
        self.device = device
        self.inputs = tuple(range(1, inputs + 1))
        self._data = folder / device
        config = folder / f"{device}.toml"
        config.write_text(
            f'store = "{store}"\ndevice = "{device}"\nport = {port}\n'
            f"{proof}\n"
            f'data = "{self._data}"\nttl_s = {ttl_s}\npin_factory = "mock"\n'
            + "".join(
                f"[[inputs]]\nn = {n}\npin = {n}\nlight_pin = {LIGHT_PINS + n}\n"
                f"hold_ms = {HOLD_MS}\nlockout_ms = {LOCKOUT_MS}\n"
                for n in self.inputs
            )
        )
        command = [host, str(config), "--control", str(control)]
        super().__init__(device, command, control, folder / f"{device}.log")

    def press(self, number: int) -> None:
        assert self._ask(do="press", input=number, ms=PUSH_MS) == {"ok": True}

    def light(self, number: int) -> str:
        found: str = self._ask(do="light")["inputs"][str(number)]["state"]
        return found

    def volume(self, number: int) -> int:
        found: int = self._ask(do="light")["inputs"][str(number)]["volume"]
        return found

    @contextmanager
    def watch(self) -> Iterator[LightWatch]:
        with self._line() as line, line.makefile("rb") as lines:
            line.sendall(b'{"do": "watch"}\n')
            yield LightWatch(lines, len(self.inputs))

    def accepted(self) -> int:
        """Presses that were ever committed to the spool: its counter is committed with each of them."""
        return self._spool("SELECT seq FROM sqlite_sequence WHERE name = 'press'")

    def waiting(self) -> int:
        """Presses in the spool: those without a receipt, and for a moment those that just got it."""
        return self._spool("SELECT count(*) FROM press")

    def _spool(self, question: str) -> int:
        path = self._data / "spool.sqlite"
        if not path.exists():
            return 0
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as spool:
            row = spool.execute(question).fetchone()
        return 0 if row is None else int(row[0])

    def _ask(self, **request: Any) -> dict[str, Any]:
        with self._line() as line, line.makefile("rb") as answers:
            line.sendall(json.dumps(request).encode() + b"\n")
            found: dict[str, Any] = json.loads(answers.readline())
            return found

    def _line(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(PATIENCE_S)
        try:
            line.connect(str(self.ready))
        except OSError:
            line.close()
            raise
        return line
