"""A try's connection: checked addresses, a share of the time for each, cut from outside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.channels_out.line import Line
from server.channels_out.trouble import NotAllowed
from tests.unit.server.channels_out.peers import hangs, peer, says, unused_port


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def line(clock: Seconds) -> Iterator[Line]:
    made = Line(10, clock)
    yield made
    made.close()


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


def test_it_reaches_who_listens(clock: Seconds) -> None:
    with peer(says(b"hello", hears=0)) as port, line(clock) as made, made.dial("127.0.0.1", port) as sock:
        assert sock.recv(5) == b"hello"


def test_nobody_listens(clock: Seconds) -> None:
    with line(clock) as made, pytest.raises(ConnectionRefusedError):
        made.dial("127.0.0.1", unused_port())


def test_a_refused_address_is_never_dialled(clock: Seconds) -> None:
    asked: list[str] = []

    def nowhere(address: str) -> bool:
        asked.append(address)
        return False

    with line(clock) as made, pytest.raises(NotAllowed, match="use https"):
        made.dial("localhost", 1, nowhere, "use https")
    assert set(asked) <= {"127.0.0.1", "::1"} and asked


def test_the_next_address_gets_its_turn(clock: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = unused_port()
    with peer(hangs) as port, line(clock) as made:
        ways = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", each)) for each in (dead, port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ways)
        with made.dial("shop.example", 443) as sock:
            assert sock.getpeername()[1] == port


def test_every_address_has_its_share_of_the_time(clock: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that swallows every packet must not use up the time of the next."""
    noted: list[float | None] = []

    class Noting(socket.socket):
        def settimeout(self, value: float | None) -> None:
            noted.append(value)
            super().settimeout(value)

    dead = unused_port()
    with peer(hangs) as port, line(clock) as made:
        ways = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", each)) for each in (dead, port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ways)
        monkeypatch.setattr(socket, "socket", Noting)
        made.dial("shop.example", 443).close()
    assert [value for value in noted if value is not None] == [5, 10, 10]


def test_no_time_is_left(clock: Seconds) -> None:
    with line(clock) as made:
        clock.now += 4
        assert made.left() == 6
        clock.now += 6
        with pytest.raises(TimeoutError):
            made.left()
        with pytest.raises(TimeoutError):
            made.dial("127.0.0.1", unused_port())


def test_a_cut_wakes_who_waits_for_the_peer(clock: Seconds) -> None:
    heard: list[bytes] = []
    with peer(hangs) as port, line(clock) as made, made.dial("127.0.0.1", port) as sock:
        thread = threading.Thread(target=lambda: heard.append(sock.recv(1)))
        thread.start()
        made.cut()
        thread.join(30)
    assert heard == [b""]


def test_a_cut_before_the_call_and_after_the_end(clock: Seconds) -> None:
    with line(clock) as made:
        made.cut()
        with pytest.raises(TimeoutError):
            made.dial("127.0.0.1", unused_port())
    made.cut()
    made.close()
