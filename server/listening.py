"""The sockets on which the screens are served, and uvicorn on each of them: one app, one loop, one end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from ssl import SSLContext

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from broker_config.errors import SetupError
from server.tls import Identity

LAST_ANSWERS_S = 3
LOOK_S = 30
"""So often the certificate's files are looked at."""
HEAD_S = 10
"""So long a request may take to say what it wants; twice that at most."""
MOST_CONNECTIONS = 1_000
"""Of each listener; beyond it the answer is 503."""
LONGEST_HEAD = 16 * 1024
"""Bytes of a request's first line and headers together."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; 0 takes any free port. Raises SetupError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256, reuse_port=False)
    except OSError as error:
        raise SetupError(
            f"cannot listen on {host}:{port} ({error.strerror}): choose another port, or 0 for any free one"
        ) from error


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


class Web:
    """`run` until `stop`, which any thread may call. Streams are told first (`on_stop`): uvicorn waits for them."""

    def __init__(self, app: ASGIApp, on_stop: Callable[[], None], plain: socket.socket) -> None:
        self._app = app
        self._on_stop = on_stop
        self._listeners = [(_Server(_config(app)), plain)]

    def add_https(self, listener: socket.socket, identity: Identity) -> None:
        async def look() -> None:
            identity.look()

        self._listeners.append((_Server(_config(self._app, identity.context, look)), listener))

    def stop(self, number: signal.Signals) -> None:
        """A second Ctrl-C does not wait for the last answers."""
        self._on_stop()
        for server, _ in self._listeners:
            server.force_exit = server.should_exit and number is signal.SIGINT
            server.should_exit = True

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            for server, listener in self._listeners:
                group.create_task(server.serve(sockets=[listener]))


class _Server(uvicorn.Server):
    """Of two servers each would take the signals from the other: ours go to `Web.stop`."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Patient(H11Protocol):
    """Waits a little for a request's first line and headers, and no longer: uvicorn alone would wait for ever."""

    _before: object = None
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch = self.loop.call_later(HEAD_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Still no request, or none since the last look, although the one before has been answered."""
        waiting = self.conn.their_state is h11.IDLE
        if waiting and self.cycle is self._before:
            self.transport.close()
            return
        self._before = self.cycle if waiting else self
        self._watch = self.loop.call_later(HEAD_S, self._look)


def _config(
    app: ASGIApp, trust: SSLContext | None = None, look: Callable[[], Awaitable[None]] | None = None
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # see web/frame/arrival.py
        http=_Patient,
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_graceful_shutdown=LAST_ANSWERS_S,
        lifespan="off",
        ssl_context_factory=None if trust is None else lambda _config, _usual: trust,
        callback_notify=look,
        timeout_notify=LOOK_S,
    )
