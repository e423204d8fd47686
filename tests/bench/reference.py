"""The plain pipeline that the product is measured against: the same hops and commits, and nothing else.

paho in, one durable commit, paho out; paho in, one commit as the ledger's, bytes to the serial line."""

from __future__ import annotations

import json
import os
import queue
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion


def client(
    config: dict[str, Any], device: str, on_message: Callable[..., None] | None, topics: list[str]
) -> paho.Client:
    """A connected paho client with its own loop thread and TCP_NODELAY."""
    name = f"{config['store']}.{device}"
    made = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5)
    made.username_pw_set(name, config["password"])
    ready = threading.Event()

    def opened(_c: object, _u: object, at: Any) -> None:
        at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connected(at: paho.Client, *_: object) -> None:
        for topic in topics:
            at.subscribe(topic, qos=1)
        ready.set()

    made.on_socket_open = opened
    made.on_connect = connected
    if on_message is not None:
        made.on_message = on_message
    made.connect("127.0.0.1", config["port"])
    made.loop_start()
    if not ready.wait(10):
        raise TimeoutError("no broker")
    return made


def server(config: dict[str, Any]) -> None:
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    at = _file(config, "reference-server.sqlite", "FULL")
    link = client(config, "srv", lambda _c, _u, message: waiting.put(message.payload), [config["in_topic"]])
    print("ready", flush=True)
    while True:
        group = _group(waiting)
        at.execute("BEGIN IMMEDIATE")
        at.executemany("INSERT INTO t (body) VALUES (?)", [(one,) for one in group])
        at.execute("COMMIT")
        for one in group:
            link.publish(config["out_topic"], one, qos=1)


def gateway(config: dict[str, Any]) -> None:
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    at = _file(config, "reference-gateway.sqlite", "NORMAL")
    line = os.open(config["line"], os.O_RDWR | os.O_NOCTTY)
    client(config, "g1", lambda _c, _u, message: waiting.put(message.payload), [config["out_topic"]])
    print("ready", flush=True)
    while True:
        group = _group(waiting)
        at.execute("BEGIN IMMEDIATE")
        at.executemany("INSERT INTO t (body) VALUES (?)", [(one,) for one in group])
        at.execute("COMMIT")
        for one in group:
            os.write(line, b"CALL DAIRY N%06d ................................\n" % json.loads(one)["number"])


def end_with_the_bench() -> None:
    sys.stdin.read()
    os._exit(0)


def _group(waiting: queue.SimpleQueue[bytes]) -> list[bytes]:
    group = [waiting.get()]
    while len(group) < 256:
        try:
            group.append(waiting.get_nowait())
        except queue.Empty:
            break
    return group


def _file(config: dict[str, Any], name: str, synchronous: str) -> sqlite3.Connection:
    at = sqlite3.connect(Path(config["folder"]) / name, isolation_level=None)
    at.execute("PRAGMA journal_mode=WAL")
    at.execute(f"PRAGMA synchronous={synchronous}")
    at.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, body TEXT)")
    return at


if __name__ == "__main__":
    given = json.loads(sys.argv[2])
    threading.Thread(target=end_with_the_bench, daemon=True).start()
    {"server": server, "gateway": gateway}[sys.argv[1]](given)
