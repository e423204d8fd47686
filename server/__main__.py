"""The service: `python -m server CONFIG.toml`. Engine in its own thread, screens by uvicorn in this one."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from broker_config.config import load
from broker_config.ending import Ending
from broker_config.errors import SetupError
from broker_config.logs import configure
from server.app import build_engine
from server.config import ServerSettings
from server.db.connect import Database
from server.listening import Web, listen, port_of
from server.tls import Identity
from server.web.app import create_app
from server.web.services import Services, WebSettings

log = logging.getLogger(__name__)


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
    with ExitStack() as listening:
        plain = listening.enter_context(listen(settings.host, settings.port))
        identity, private = None, None
        if settings.https_identity is not None and settings.https_port is not None:
            identity = Identity(settings.https_identity)
            private = listening.enter_context(listen(settings.host, settings.https_port))
        stopping = threading.Event()
        died = threading.Event()

        def part_died() -> None:
            died.set()
            os.kill(os.getpid(), signal.SIGTERM)

        try:
            engine = build_engine(settings, db, part_died)
        except DBAPIError as error:
            if not db.in_trouble(error):
                raise
            raise SetupError(f"the database does not answer: {str(error.orig).strip()}") from None

        def stop() -> None:
            stopping.set()
            engine.bell.wake_all()

        services = Services(
            db=db,
            desk=engine.desk,
            bell=engine.bell,
            now=engine.clock.now,
            stopping=stopping.is_set,
            door=engine.doors,
            settings=WebSettings(
                allowed_hosts=settings.allowed_hosts,
                public_url=settings.public_url,
                trusted_proxies=settings.trusted_proxies,
                https_port=None if private is None else port_of(private),
                authority_file=None if identity is None else identity.authority_file,
            ),
        )
        web = Web(create_app(services), stop, plain)
        if private is not None and identity is not None:
            web.add_https(private, identity)
        Ending(web.stop).open()
        gc.collect()
        gc.freeze()  # what is imported stays; looking through it again cost a press its milliseconds
        engine.start(store.id for store in settings.stores)
        address = f"http://{settings.host}:{port_of(plain)}"
        if settings.ready_file is not None:
            _write_whole(settings.ready_file, address)
        log.info("serving on %s", address, extra={"action": "server.ready"})
        if private is not None:
            log.info(
                "serving on https://%s:%d", settings.host, port_of(private), extra={"action": "server.https"}
            )
        try:
            web.run()
        finally:
            engine.stop()
            db.close()
    return 1 if died.is_set() else 0


def _write_whole(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text + "\n")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
