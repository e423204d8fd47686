"""The production port on a line of pyserial's own: what it tells of a carrier, of failed writes, of a new opening."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import serial

from pager_gateway.line_trouble import NO_CARRIER
from pager_gateway.port import PortEvent, PortSettings, SerialPort
from pager_gateway.sender import PortBytes, PortLost, PortOpened

PATIENCE_S = 30.0


class Line:
    """A port and what it told, in order."""

    def __init__(self, **settings: object) -> None:
        self.told: queue.SimpleQueue[PortEvent] = queue.SimpleQueue()
        values = {"url": "loop://", "reopen_s": (0.01, 0.02), **settings}
        self.port = SerialPort(PortSettings.model_validate(values), self.told.put, lambda: 1.0)
        self.port.start()

    def next(self) -> PortEvent:
        return self.told.get(timeout=PATIENCE_S)

    def lost(self) -> str:
        event = self.next()
        assert isinstance(event, PortLost)
        return event.reason


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    assert isinstance(made.next(), PortOpened)
    yield made
    made.port.close()


def test_bytes_go_out_and_come_in(line: Line) -> None:
    line.port.write(b"hello")
    got = b""
    while len(got) < 5:
        event = line.next()
        assert isinstance(event, PortBytes)
        got += event.data
    assert got == b"hello"


def test_opened_anew_it_says_why(line: Line) -> None:
    line.port.reopen("no reply to the logon")
    assert line.lost() == "no reply to the logon"
    assert isinstance(line.next(), PortOpened)


def test_a_write_that_fails_breaks_the_line_and_says_why(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(self: object, data: bytes) -> int:
        raise serial.SerialTimeoutException("Write timeout")

    with monkeypatch.context() as while_stuck:
        while_stuck.setattr(type(line.port._serial), "write", stuck)
        line.port.write(b"x")
    assert "takes no bytes" in line.lost()
    assert isinstance(line.next(), PortOpened)


def test_the_wire_that_tells_of_a_cable() -> None:
    made = Line(carrier="dsr")  # of the loop: what our own end sets as DTR
    try:
        assert isinstance(made.next(), PortOpened)
        plugged = made.port._serial
        assert plugged is not None
        plugged.dtr = False
        assert made.lost() == NO_CARRIER
        made.port.write(b"into the void")
        plugged.dtr = True
        assert isinstance(made.next(), PortOpened)
        made.port.write(b"x")
        event = made.next()
        assert isinstance(event, PortBytes)
        assert event.data == b"x"
    finally:
        made.port.close()


def test_closed_while_there_is_no_carrier() -> None:
    made = Line(carrier="dsr")
    assert isinstance(made.next(), PortOpened)
    plugged = made.port._serial
    assert plugged is not None
    plugged.dtr = False
    assert made.lost() == NO_CARRIER
    made.port.close()
    assert made.lost() == "the port was closed"


def test_a_network_line_in_pieces_and_its_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Line(url=f"socket://127.0.0.1:{server.getsockname()[1]}")
        try:
            box, _ = server.accept()
            with box:
                assert isinstance(made.next(), PortOpened)
                made.port.write(b"ping")
                assert box.recv(4) == b"ping"
                box.sendall(b"250 OK\r\n" * 20)
                got = b""
                while len(got) < 160:
                    event = made.next()
                    assert isinstance(event, PortBytes)
                    got += event.data
            assert "closed the connection" in made.lost()
        finally:
            made.port.close()


@pytest.mark.parametrize(
    "error",
    [serial.SerialException("gone"), OSError(9, "Bad file descriptor"), TypeError("no fileno"), ValueError()],
)
def test_a_line_that_is_closed_while_it_is_written_to_raises_nothing(error: Exception) -> None:
    """pyserial forgets its file descriptor before it calls itself closed: a write in between is a TypeError."""
    port = SerialPort(PortSettings(url="/dev/nothing"), lambda event: None, lambda: 0.0)
    port._serial = Mock(write=Mock(side_effect=error))
    port.write(b"x")
    assert port._broken.is_set()
