"""The control socket of `up` in a simulated shop: what each child is at, and kill, stop, start, freeze, thaw by name.

One JSON object per line, one line per answer; the file is its owner's alone, in the owner's own folder:

    {"do": "state"}                  {"ok": true, "parts": {"broker": {"state": "running", "pid": 4711}, ...}}
    {"do": "kill", "part": "g1"}     {"ok": true}, or {"ok": false, "error": "there is no part g1"}

A state is `starting`, `running`, `frozen`, `stopped` (ended by hand) or `dead` (killed by hand, or died and about to be
started again). Requests are answered in the main thread, which alone may start children: see `hear`."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from server.supervise.family import Family, Switch

LONGEST = 1_024
PATIENCE_S = 15.0

Request = tuple[dict[str, Any], "Future[dict[str, Any]]"]


class Switchboard:
    def __init__(self, path: Path, family: Family) -> None:
        self._path = path
        self._family = family
        self._requests: SimpleQueue[Request] = SimpleQueue()
        self._server = _Server(str(path), self._requests)
        os.chmod(path, 0o600)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="switchboard", daemon=True
        )
        self._thread.start()

    def hear(self) -> None:
        """Answer whoever asked meanwhile. In the main thread, again and again."""
        while True:
            try:
                request, answer = self._requests.get_nowait()
            except Empty:
                return
            try:
                answer.set_result({"ok": True, **self._answer(request)})
            except (KeyError, ValueError, OSError) as error:
                answer.set_result({"ok": False, "error": str(error.args[-1]) if error.args else str(error)})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        do = request.get("do")
        if do == "state":
            return {"parts": self._family.states()}
        self._family.switch(str(request.get("part")), Switch(str(do)))
        return {}


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: str, requests: SimpleQueue[Request]) -> None:
        self.requests = requests
        super().__init__(path, _Client)


class _Client(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            while line := self.rfile.readline(LONGEST):
                self.wfile.write(json.dumps(self._answer(line)).encode() + b"\n")
        except OSError:
            pass  # the client went away

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise TypeError("one JSON object per line")
        except (TypeError, ValueError) as error:
            return {"ok": False, "error": str(error)}
        answer: Future[dict[str, Any]] = Future()
        self.server.requests.put((request, answer))
        try:
            return answer.result(PATIENCE_S)
        except TimeoutError:
            return {"ok": False, "error": "nobody answers: everything is ending"}
