"""Two listeners, one app: the same streams on both, and one stop that ends them all."""

from __future__ import annotations

import logging
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from server import listening
from server.db import sign_ins
from server.db.connect import Database
from server.listening import Web, listen, port_of
from server.tls import AUTHORITY, Identity
from server.web.app import create_app
from server.web.frame.access import COOKIE, LIMITS, SECURE_COOKIE
from server.web.frame.bell import Bell
from tests import certificates
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import busy_day, services

pytestmark = pytest.mark.live
PATIENCE_S = 60.0


class TwoDoors:
    """The web of a busy day on a plain and a private port of its own."""

    def __init__(self, folder: Path) -> None:
        self.db = Database(f"sqlite:///{folder}/shop.db")
        SQLModel.metadata.create_all(self.db.write_engine)
        shop = busy_day(Shop(self.db).build())
        self.token = sign_ins.new_token()
        with self.db.transaction() as session:
            sign_ins.add(session, self.token, shop.accounts["marina"], NOW, LIMITS)
        self.folder = certificates.write(folder / "https")
        self.bell, self._stopping = Bell(), threading.Event()
        app = create_app(services(self.db, bell=self.bell, stopping=self._stopping.is_set))
        plain, private = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
        self.plain, self.private = port_of(plain), port_of(private)
        self.web = Web(app, self._stop, plain)
        self.web.add_https(private, Identity(self.folder))
        self.thread = threading.Thread(target=self.web.run)
        self.thread.start()

    def _stop(self) -> None:
        self._stopping.set()
        self.bell.wake_all()

    def stop(self, *watching: socket.socket) -> None:
        """Whoever is watching reads to the end and hangs up, as a browser does."""
        self.web.stop(signal.SIGTERM)
        for each in watching:
            with each:
                while each.recv(65_536):
                    pass
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()

    def call(self, *, private: bool) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.private if private else self.plain), PATIENCE_S)
        if private:
            trust = ssl.create_default_context(cafile=str(self.folder / AUTHORITY))
            made = trust.wrap_socket(made, server_hostname="127.0.0.1")
        return made

    def get(self, path: str, *, private: bool) -> socket.socket:
        made = self.call(private=private)
        cookie = f"{SECURE_COOKIE if private else COOKIE}={self.token}"
        made.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        return made


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[TwoDoors]:
    made = TwoDoors(tmp_path)
    yield made
    made.stop()
    made.db.close()


def _until(stream: socket.socket, words: bytes) -> bytes:
    said = b""
    while words not in said:
        more = stream.recv(65_536)
        assert more, said
        said += more
    return said


def test_streams_on_both_end_at_one_stop(doors: TwoDoors, caplog: pytest.LogCaptureFixture) -> None:
    streams = [doors.get("/s/ulemiste/board/stream", private=private) for private in (False, True)]
    for stream in streams:
        said = _until(stream, b"data: ")
        assert said.startswith(b"HTTP/1.1 200")
    with caplog.at_level(logging.ERROR, logger="uvicorn.error"):
        doors.stop(*streams)
    assert caplog.text == "", "a stream was cut off, or its end was not waited for"


def test_an_idle_connection_to_either_does_not_hold_the_stop_up(doors: TwoDoors) -> None:
    doors.stop(doors.call(private=False), doors.call(private=True))


def test_who_speaks_in_clear_to_the_private_port_gets_nothing(doors: TwoDoors) -> None:
    with socket.create_connection(("127.0.0.1", doors.private), PATIENCE_S) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert not stranger.recv(65_536).startswith(b"HTTP/")


@pytest.mark.parametrize("private", [False, True])
def test_a_request_that_is_never_finished_is_hung_up_on(
    doors: TwoDoors, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    monkeypatch.setattr(listening, "HEAD_S", 0.05)
    with doors.call(private=private) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.")
        assert slow.recv(65_536) == b""


def test_a_head_that_is_too_long_is_refused(doors: TwoDoors) -> None:
    with doors.call(private=False) as talker:
        talker.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * (listening.LONGEST_HEAD + 1))
        assert _until(talker, b"\r\n").startswith(b"HTTP/1.1 400")


def test_an_open_stream_is_not_taken_for_a_slow_request(
    doors: TwoDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "HEAD_S", 0.01)
    with doors.get("/s/ulemiste/board/stream", private=False) as stream:
        _until(stream, b"data: ")
        doors.bell.ring("ulemiste", 999)
        _until(stream, b"data: ")
