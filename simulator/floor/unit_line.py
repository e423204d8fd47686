"""The control socket of one button unit: pins are watched in a thread, contacts are moved on demand."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.floor.events import Counted, FloorEvent, Showed, UnitIs
from simulator.floor.layout import contact

log = logging.getLogger(__name__)

RETRY_S = 0.1
ANSWER_S = 2.0


class UnitSilent(Exception):
    """The button unit's process does not answer: it is being started, or it is frozen."""


class UnitLine:
    """`sink` gets every change at every contact, and whether the unit is there; any thread may `tell`."""

    def __init__(
        self, device: str, path: Path, sink: Callable[[FloorEvent], None], clock: Callable[[], float]
    ) -> None:
        self._device = device
        self._path = str(path)
        self._sink = sink
        self._clock = clock
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._watched: socket.socket | None = None
        self._there = False
        self._thread = threading.Thread(target=self._run, name=f"watch {device}", daemon=True)

    def open(self) -> None:
        self._thread.start()

    @property
    def is_watching(self) -> bool:
        """Whether the unit is there, by its own pins."""
        return self._there

    @property
    def is_open(self) -> bool:
        return self._thread.is_alive()

    def close(self) -> None:
        self._stopping.set()
        with self._lock:
            if self._watched is not None:
                with contextlib.suppress(OSError):
                    self._watched.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(2.0)

    def tell(self, do: str, number: int, **more: Any) -> None:
        """Move a contact. Raises UnitSilent when nobody is there, ValueError when the unit refuses."""
        request = {"do": do, "input": number, **more}
        try:
            with _connect(self._path) as line:
                line.sendall(json.dumps(request).encode() + b"\n")
                answer = json.loads(line.makefile("rb").readline() or b"{}")
        except (OSError, ValueError) as error:
            raise UnitSilent(f"unit {self._device} does not answer at {self._path}") from error
        if answer.get("ok") is not True:
            raise ValueError(f"unit {self._device}: {answer.get('error', 'it did not answer')}")

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with _connect(self._path) as line:
                    self._watch(line)
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.debug("unit %s is not watched: %s", self._device, error, extra={"action": "unit.watch"})
            self._stopping.wait(RETRY_S)

    def _watch(self, line: socket.socket) -> None:
        with self._lock:
            self._watched = line
        line.sendall(b'{"do": "watch"}\n')
        line.settimeout(None)
        try:
            for row in line.makefile("rb"):
                if self._stopping.is_set():
                    break
                if not self._there:
                    self._there = True
                    self._sink(UnitIs(self._device, True, self._clock()))
                self._sink(self._showed(json.loads(row)))
        finally:
            with self._lock:
                self._watched = None
            there, self._there = self._there, False
            if there:
                self._sink(UnitIs(self._device, False, self._clock()))

    def _showed(self, row: Mapping[str, Any]) -> Showed:
        return Showed(
            contact(self._device, int(row["input"])),
            float(row["at"]),
            shown=str(row["state"]),
            lit=bool(row["light"]),
            sounds=bool(row["buzzer"]),
            volume=int(row["volume"]),
            finger=bool(row["finger"]),
            stuck=bool(row["stuck"]),
            switch=str(row["switch"]),
            counted=Counted(
                int(row["pushes"]),
                tuple(sorted(row["refused"].items())),
                row["bounce_ms"],
                tuple(row["faults"]),
            ),
        )


def _connect(path: str) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(ANSWER_S)
        line.connect(path)
    except OSError:
        line.close()
        raise
    return line
