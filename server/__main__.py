"""The service: `python -m server CONFIG.toml`. Engine in its own thread, screens by uvicorn in this one."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from broker_config.config import load
from broker_config.errors import SetupError
from broker_config.logs import configure
from server.app import build_engine
from server.config import ServerSettings
from server.db.connect import Database
from server.web.app import create_app
from server.web.services import Services, WebSettings

log = logging.getLogger(__name__)

LAST_ANSWERS_S = 3


def main(arguments: list[str]) -> int:
    """0: stopped on request; 1: a part of it died; 2: bad config, with a line per error."""
    if len(arguments) != 1:
        print("usage: python -m server CONFIG.toml", file=sys.stderr)  # noqa: T201
        return 2
    try:
        settings = load(ServerSettings, Path(arguments[0]))
        configure(json=settings.log.json_lines, level=settings.log.level)
        return serve(settings)
    except SetupError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2


def serve(settings: ServerSettings) -> int:
    """Run until SIGTERM or SIGINT. Raises SetupError when it cannot start."""
    db = Database(settings.database)
    with listen(settings.host, settings.port) as listener:
        stopping = threading.Event()
        died = threading.Event()

        def part_died() -> None:
            died.set()
            os.kill(os.getpid(), signal.SIGTERM)

        engine = build_engine(settings, db, part_died)

        def stop() -> None:
            stopping.set()
            engine.bell.wake_all()

        services = Services(
            db=db,
            desk=engine.desk,
            bell=engine.bell,
            now=engine.clock.now,
            stopping=stopping.is_set,
            settings=WebSettings(
                secure=settings.secure_cookies,
                allowed_hosts=settings.allowed_hosts,
                public_url=settings.public_url,
            ),
        )
        web = _Web(
            uvicorn.Config(
                create_app(services),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_ANSWERS_S,
                lifespan="off",
            ),
            on_stop=stop,
        )
        # uvicorn puts its own handlers in place of these and raises the signal once more when it is done: without
        # them that second one would end the process before the links and the database are closed.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, web.handle_exit)
        gc.collect()
        gc.freeze()  # what is imported stays; looking through it again cost a press its milliseconds
        engine.start(store.id for store in settings.stores)
        address = f"http://{settings.host}:{listener.getsockname()[1]}"
        if settings.ready_file is not None:
            _write_whole(settings.ready_file, address)
        log.info("serving on %s", address, extra={"action": "server.ready"})
        try:
            web.run(sockets=[listener])
        finally:
            engine.stop()
            db.close()
    return 1 if died.is_set() else 0


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; 0 takes any free port. Raises SetupError when the port is taken."""
    try:
        return socket.create_server((host, port), backlog=256, reuse_port=False)
    except OSError as error:
        raise SetupError(
            f"cannot listen on {host}:{port} ({error.strerror}): choose another port, or 0 for any free one"
        ) from error


class _Web(uvicorn.Server):
    """Streams must be told before uvicorn waits for them: it waits first and calls the lifespan later."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_stop()
        super().handle_exit(sig, frame)


def _write_whole(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text + "\n")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
