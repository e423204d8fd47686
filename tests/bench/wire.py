"""A wire tap: a process between a link and its broker that notes when bytes with a press in them come out of it."""

from __future__ import annotations

import multiprocessing
import re
import select
import socket
from multiprocessing.connection import Connection
from types import TracebackType

from tests.bench.clock import now

_PRESS = re.compile(rb'/press.{0,400}?"id":"([0-9a-f-]{36})"', re.DOTALL)
TAIL = 600
"""A packet may come in two pieces: so much of what came before is looked at again."""


class Tap:
    """Listens on `port`; `seen()` ends it and returns press id -> moment of its first bytes on the wire."""

    def __init__(self, broker_port: int) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(
            target=_pass_on, args=(listener, broker_port, theirs), daemon=True
        )
        self._process.start()
        listener.close()

    def seen(self) -> dict[str, float]:
        self._ours.send("end")
        found: dict[str, float] = self._ours.recv()
        return found

    def __enter__(self) -> Tap:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join(5)


def _pass_on(listener: socket.socket, broker_port: int, told: Connection) -> None:
    unit, _ = listener.accept()
    broker = socket.create_connection(("127.0.0.1", broker_port))
    for one in (unit, broker):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    seen: dict[str, float] = {}
    tail = b""
    while True:
        ready, _, _ = select.select([unit.fileno(), broker.fileno(), told.fileno()], [], [])
        if told.fileno() in ready:
            told.send(seen)
            return
        for source, target in ((unit, broker), (broker, unit)):
            if source.fileno() in ready:
                piece = source.recv(65_536)
                at = now()
                if not piece:
                    return
                target.sendall(piece)
                if source is unit:
                    for found in _PRESS.finditer(tail + piece):
                        seen.setdefault(found[1].decode(), at)
                    tail = (tail + piece)[-TAIL:]
