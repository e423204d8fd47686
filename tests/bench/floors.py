"""The floors: what one hop, one durable commit and one pty write cost here, now, without any code of ours.

The hop is measured with two bare sockets that speak just enough MQTT 3.1.1: no client library in the way."""

from __future__ import annotations

import multiprocessing
import os
import pty
import socket
import sqlite3
import struct
import threading
import tty
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.bench.clock import now, paced, percentile

SIZE = 60
"""Bytes of one page on the line."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Medians in seconds."""

    hop: float
    commit: float
    pty_write: float

    @property
    def total(self) -> float:
        """F: two hops, two durable commits, one pty write."""
        return 2 * self.hop + 2 * self.commit + self.pty_write


def measure(
    folder: Path, port: int, writer: str, reader: str, password: str, topic: str, rate: float, count: int
) -> Floor:
    return Floor(
        hop(port, writer, reader, password, topic, rate, count),
        commit(folder, rate, count),
        pty_write(rate, count),
    )


def commit(folder: Path, rate: float, count: int) -> float:
    """One row, SQLite in WAL with synchronous=FULL."""
    at = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    at.execute("PRAGMA journal_mode=WAL")
    at.execute("PRAGMA synchronous=FULL")
    at.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, body TEXT)")
    body = "x" * 200
    took = []
    for _ in paced(count, rate):
        start = now()
        at.execute("BEGIN IMMEDIATE")
        at.execute("INSERT INTO t (body) VALUES (?)", (body,))
        at.execute("COMMIT")
        took.append(now() - start)
    at.close()
    return percentile(took, 0.5)


def pty_write(rate: float, count: int) -> float:
    """From the write on one side until another thread has read it on the other."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    arrived: list[float] = []

    def read() -> None:
        got = 0
        while got < count * SIZE:
            got += len(os.read(ours, SIZE))
            arrived.append(now())

    reader = threading.Thread(target=read)
    reader.start()
    sent = []
    for _ in paced(count, rate):
        sent.append(now())
        os.write(theirs, b"x" * SIZE)
    reader.join(timeout=10)
    os.close(ours)
    os.close(theirs)
    return percentile([end - start for start, end in zip(sent, arrived, strict=False)], 0.5)


def hop(port: int, writer: str, reader: str, password: str, topic: str, rate: float, count: int) -> float:
    """QoS 1 from one process through the broker into another, until its bytes are read. Both ends answer what
    the protocol asks of them."""
    ours, theirs = multiprocessing.Pipe()
    listener = multiprocessing.get_context("fork").Process(
        target=_listen, args=(theirs, port, reader, password, topic, count), daemon=True
    )
    listener.start()
    ours.recv()
    at = _connect(port, writer, password)
    drain = threading.Thread(target=_drain, args=(at,), daemon=True)
    drain.start()
    payload = b"x" * 250
    sent = []
    for index in paced(count, rate):
        head = _text(topic) + struct.pack(">H", index % 60000 + 1)
        packet = b"\x32" + _length(len(head) + len(payload)) + head + payload
        sent.append(now())
        at.sendall(packet)
    arrived: list[float] = ours.recv()
    listener.join(timeout=10)
    at.shutdown(socket.SHUT_RDWR)
    drain.join(timeout=10)
    at.close()
    return percentile([end - start for start, end in zip(sent, arrived, strict=True)], 0.5)


def _listen(told: Connection, port: int, user: str, password: str, topic: str, count: int) -> None:
    at = _connect(port, user, password)
    at.sendall(b"\x82" + _length(2 + 2 + len(topic) + 1) + b"\x00\x01" + _text(topic) + b"\x01")
    _packet(at)
    told.send("ready")
    arrived: list[float] = []
    while len(arrived) < count:
        kind, body = _packet(at)
        if kind >> 4 == 3:
            arrived.append(now())
            at.sendall(b"\x40\x02" + body[2 + len(topic) : 4 + len(topic)])
    told.send(arrived)
    at.close()


def _drain(at: socket.socket) -> None:
    """The broker's answers to our publishes."""
    while at.recv(4096):
        pass


def _connect(port: int, user: str, password: str) -> socket.socket:
    at = socket.create_connection(("127.0.0.1", port))
    at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    body = _text("MQTT") + b"\x04\xc2\x00\x3c" + _text(user) + _text(user) + _text(password)
    at.sendall(b"\x10" + _length(len(body)) + body)
    kind, answer = _packet(at)
    if kind != 0x20 or answer[1] != 0:
        raise RuntimeError(f"the broker refused the floor's client: {answer!r}")
    return at


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = divmod(value, 128)
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _packet(at: socket.socket) -> tuple[int, bytes]:
    kind = _exactly(at, 1)[0]
    length, shift = 0, 0
    while True:
        byte = _exactly(at, 1)[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return kind, _exactly(at, length)


def _exactly(at: socket.socket, size: int) -> bytes:
    out = b""
    while len(out) < size:
        part = at.recv(size - len(out))
        if not part:
            raise ConnectionError("the broker hung up")
        out += part
    return out
