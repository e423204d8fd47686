"""A button unit as its own process: its fingers by the control socket, its spool read from outside."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.live.processes import PATIENCE_S, Process

PUSH_MS = 110
HOLD_MS, LOCKOUT_MS = 30, 0
"""Every push of these tests is meant: the lock-out against bounce has tests of its own."""


class Unit(Process):
    """Inputs 1 to `inputs`, on mock pins. `control` must be short: a socket's path has at most 107 characters."""

    def __init__(
        self, folder: Path, control: Path, *, store: str, device: str, port: int, inputs: int, ttl_s: int
    ) -> None:
        self.device = device
        self.inputs = tuple(range(1, inputs + 1))
        self._data = folder / device
        config = folder / f"{device}.toml"
        config.write_text(
            f'store = "{store}"\ndevice = "{device}"\nport = {port}\npassword_file = "{folder / device}.word"\n'
            f'data = "{self._data}"\nttl_s = {ttl_s}\npin_factory = "mock"\n'
            + "".join(
                f"[[inputs]]\nn = {n}\npin = {n}\nhold_ms = {HOLD_MS}\nlockout_ms = {LOCKOUT_MS}\n"
                for n in self.inputs
            )
        )
        command = ["simulator.button_host", str(config), "--control", str(control)]
        super().__init__(device, command, control, folder / f"{device}.log")

    def press(self, number: int) -> None:
        assert self._ask(do="press", input=number, ms=PUSH_MS) == {"ok": True}

    def light(self, number: int) -> str:
        found: str = self._ask(do="light")["inputs"][str(number)]["state"]
        return found

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
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE_S)
            line.connect(str(self.ready))
            line.sendall(json.dumps(request).encode() + b"\n")
            with line.makefile("rb") as answers:
                found: dict[str, Any] = json.loads(answers.readline())
                return found
