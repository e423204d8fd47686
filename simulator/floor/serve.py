"""The floor's web server in a thread of its own, on a port that is taken before anything is promised."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from broker_config.errors import SetupError
from simulator.floor.guard import App

STOP_S = 2


def listen(host: str, port: int) -> socket.socket:
    """Raises SetupError when the port is taken. 0: a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise SetupError(
            f"the floor page cannot use port {port} of {host} ({error.strerror}): "
            f"choose another floor_port, or 0 for a free one"
        ) from error
    return taken


class FloorServer:
    """`died` is called from its thread when it ends unasked."""

    def __init__(self, app: App, listener: socket.socket, died: Callable[[BaseException], None]) -> None:
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            log_level="warning",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self._server = uvicorn.Server(config)
        self._listener = listener
        self._died = died
        self._thread = threading.Thread(target=self._run, name="floor", daemon=True)
        host, port = listener.getsockname()[:2]
        self.port: int = port
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def open(self) -> None:
        """The port accepts connections when this returns."""
        self._listener.listen(128)
        self._thread.start()

    def close(self) -> None:
        """Streams must have been ended before: the server waits for them."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_S + 2.0)
        self._listener.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        except BaseException as error:  # noqa: BLE001 - a floor without a page must not look alive
            self._died(error)
            return
        if not self._server.should_exit:
            self._died(RuntimeError("the web server ended"))


def say_ready(path: Path, address: str) -> None:
    """Written whole or not at all: whoever waits for the file may read it at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(address + "\n")
    os.replace(part, path)
