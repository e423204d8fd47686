"""A socket file on which a process of the simulator is asked things: one JSON object per line, one per answer."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = Callable[[dict[str, Any]], Iterable[Item]]
"""One request in, its answers out, as they become known. Raises KeyError, TypeError or ValueError for a bad one."""

LONGEST = 4_096


class ControlSocket:
    """Serves `answer` to everybody of this user who can open the file. One thread per client."""

    def __init__(self, path: Path, answer: Answer) -> None:
        """Whoever finds the file can connect: it gets its name when somebody listens."""
        self._path = path
        unheard = path.with_name(path.name + "~")
        unheard.unlink(missing_ok=True)
        self._server = _Server(str(unheard), answer)
        os.chmod(unheard, 0o600)
        os.replace(unheard, path)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Safe before `open`: nobody serves then who could be waited for."""
        if self._thread.ident is not None:
            self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


class ControlLine:
    """The other end: asks one thing at a time, over a connection of its own. Any thread may ask."""

    def __init__(self, path: Path, patience_s: float = 2.0) -> None:
        self._path = str(path)
        self._patience_s = patience_s

    def ask(self, **request: Any) -> Item:
        """Raises OSError when nobody answers, ValueError when it is refused."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(self._patience_s)
            line.connect(self._path)
            line.sendall(json.dumps(request).encode() + b"\n")
            said = line.makefile("rb").readline()
        if not said:
            raise ConnectionResetError(f"no answer from {self._path}")
        answer: Item = json.loads(said)
        if answer.get("ok") is not True:
            raise ValueError(str(answer.get("error", "it did not say why")))
        return answer


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: str, answer: Answer) -> None:
        self.answer = answer
        super().__init__(path, _Client)


class _Client(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            while line := self.rfile.readline(LONGEST):
                for item in self._answers(line):
                    self.wfile.write(json.dumps(item).encode() + b"\n")
        except OSError:
            pass  # the client went away

    def _answers(self, line: bytes) -> Iterable[Item]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise TypeError("one JSON object per line")
            yield from self.server.answer(request)
        except (KeyError, TypeError, ValueError) as error:
            yield {"ok": False, "error": f"{type(error).__name__}: {error}"}
