"""Every trouble of a line in words for the technician: as the system and pyserial say it, by device and by network."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest
import serial

from pager_gateway.line_trouble import explain

DEVICE, SOCKET = "/dev/ttyUSB0", "socket://10.0.0.9:4001"


def _opening(url: str) -> Exception:
    with pytest.raises((serial.SerialException, OSError, ValueError)) as caught:
        serial.serial_for_url(url, timeout=0.5).close()
    return caught.value


@pytest.mark.parametrize(
    ("error", "url", "words"),
    [
        (
            serial.SerialException(errno.EACCES, "could not open port"),
            DEVICE,
            "no right to open /dev/ttyUSB0",
        ),
        (
            serial.SerialException(
                errno.EAGAIN, "Could not exclusively lock port /dev/ttyUSB0: [Errno 11] busy"
            ),
            DEVICE,
            "in use by another program",
        ),
        (OSError(errno.EIO, "Input/output error"), DEVICE, "vanished: cable or adapter?"),
        (
            serial.SerialException(
                "device reports readiness to read but returned no data (device disconnected?)"
            ),
            DEVICE,
            "vanished: cable or adapter?",
        ),
        (serial.SerialException("write failed: [Errno 5] Input/output error"), DEVICE, "vanished"),
        (serial.SerialTimeoutException("Write timeout"), DEVICE, "takes no bytes: cable, or handshake"),
        (
            serial.SerialException("Could not configure port: (25, 'Inappropriate')"),
            DEVICE,
            "not a serial port",
        ),
        (TypeError("an integer is required"), DEVICE, "vanished"),
        (
            serial.SerialException("Could not open port socket://x: timed out"),
            SOCKET,
            "10.0.0.9:4001 does not answer: address, network, power?",
        ),
        (
            serial.SerialException("Could not open port x: [Errno 113] No route to host"),
            SOCKET,
            "10.0.0.9:4001 does not answer",
        ),
        (
            serial.SerialException("read failed: socket disconnected"),
            SOCKET,
            "10.0.0.9:4001 closed the connection",
        ),
        (
            serial.SerialException("read failed: [Errno 104] Connection reset"),
            SOCKET,
            "closed the connection",
        ),
        (
            serial.SerialException("read failed: something new"),
            SOCKET,
            "the connection to 10.0.0.9:4001 is lost",
        ),
        (
            serial.SerialException("Could not open port x: [Errno -2] Name or service not known"),
            "rfc2217://tx.shop:2217",
            "tx.shop:2217: nobody has that name",
        ),
    ],
)
def test_words(error: Exception, url: str, words: str) -> None:
    assert words in explain(error, url)


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    path = str(tmp_path / "tx")
    assert explain(_opening(path), path) == f"{path} is not there: is the adapter plugged in?"


def test_a_file_that_is_no_device(tmp_path: Path) -> None:
    path = tmp_path / "tx"
    path.touch()
    assert "is not a serial port" in explain(_opening(str(path)), str(path))
    assert "is not a serial port" in explain(_opening(str(tmp_path)), str(tmp_path))


def test_a_host_that_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"socket://127.0.0.1:{port}"
    assert (
        explain(_opening(url), url)
        == f"127.0.0.1:{port} refuses the connection: right port, service running?"
    )


def test_a_pty_whose_other_end_is_gone() -> None:
    ours, theirs = os.openpty()
    path = os.ttyname(theirs)
    line = serial.serial_for_url(path, timeout=1)
    os.close(theirs)
    os.close(ours)
    with pytest.raises((serial.SerialException, OSError)) as caught:
        line.read(1)
    line.close()
    assert explain(caught.value, path) == f"{path} vanished: cable or adapter?"
