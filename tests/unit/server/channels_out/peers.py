"""A peer on loopback that says what a test tells it to, in a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Talk = Callable[[socket.socket], None]


@contextmanager
def peer(talk: Talk) -> Iterator[int]:
    """The port where `talk` meets every caller, one after the other. At the end whatever hangs is let go."""
    callers: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listener.accept()
                callers.append(caller)
                with suppress(OSError):
                    talk(caller)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for caller in callers:
            with suppress(OSError):
                caller.shutdown(socket.SHUT_RDWR)
        thread.join(30)
        assert not thread.is_alive()
        for caller in callers:
            caller.close()


def says(*parts: bytes, hears: int = 1) -> Talk:
    """Reads `hears` times, sends the parts, closes."""

    def talk(caller: socket.socket) -> None:
        for _ in range(hears):
            caller.recv(65_536)
        for part in parts:
            caller.sendall(part)
        caller.shutdown(socket.SHUT_RDWR)

    return talk


def hangs(caller: socket.socket) -> None:
    """Takes everything and says nothing until it is let go."""
    while caller.recv(65_536):
        pass


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as made:
        port: int = made.getsockname()[1]
        return port
