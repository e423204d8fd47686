"""Thousands of button units on bare sockets in one child process: connected, listening, and pressed in turn.

They keep no spool, since thousands of units would be thousands of disks on one, and send each press once. As `senders`
it is spoken to by JSON lines: {"do": "connect", "count": n}, {"do": "burst", "first": n, "count": n, "rate": r,
"from": unit, "units": n}, {"do": "disconnect", "keep": n}, {"do": "stop"}."""

from __future__ import annotations

import json
import re
import selectors
import socket
import struct
import sys
from itertools import count
from typing import Any
from uuid import uuid4

from broker_config import channels, machine
from broker_config.codec import publication
from broker_config.link import Publication
from broker_config.messages import Press
from tests.bench.clock import now
from tests.bench.system import crowd_names
from tests.bench.terminal import INPUTS

RECEIPT = re.compile(rb'"id":"([0-9a-f-]{36})"')
CONNACK, PUBLISH, PUBACK, SUBACK = 0x20, 0x30, 0x40, 0x90
SETTLE_S = 20.0


class Unit:
    def __init__(self, store: str, name: str, port: int, password: str) -> None:
        self.name = name
        self.at = socket.create_connection(("127.0.0.1", port))
        self.at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        user = _text(f"{store}.{name}")
        # no keep-alive: nobody speaks for these sockets between two bursts, and the broker would hang up
        self._send(0x10, _text("MQTT") + b"\x05\xc2\x00\x00\x00" + user + user + _text(password))
        receipt = _text(f"rb/1/{store}/b/{name}/receipt")
        self._send(0x82, b"\x00\x01\x00" + receipt + b"\x01")
        self._buffer = b""
        self._packets = count(2)
        self.seq = count(1)
        wanted = [CONNACK, SUBACK]
        while wanted:
            self._buffer += self.at.recv(4096)
            for kind, body in self._whole():
                assert kind & 0xF0 == wanted.pop(0), (kind, body)
                assert kind & 0xF0 != CONNACK or body[1] == 0, body

    def publish(self, packet: Publication) -> None:
        expiry = struct.pack(">BI", 2, packet.expiry_s or 1)
        head = _text(packet.topic) + struct.pack(">H", next(self._packets) % 60_000 + 1)
        self._send(0x32, head + bytes([len(expiry)]) + expiry + packet.payload)

    def hear(self) -> list[bytes]:
        """Ids of presses whose receipts came."""
        data = self.at.recv(65_536)
        if not data:
            raise ConnectionError(f"the broker hung up on {self.name}")
        self._buffer += data
        found = []
        for kind, body in self._whole():
            if kind & 0xF0 != PUBLISH:
                continue
            end = 2 + struct.unpack(">H", body[:2])[0]
            if kind & 0x06:
                self._send(PUBACK, body[end : end + 2])
            receipt = RECEIPT.search(body, end)
            if receipt is not None:
                found.append(receipt[1])
        return found

    def _whole(self) -> list[tuple[int, bytes]]:
        found = []
        while len(self._buffer) >= 2:
            length, at = 0, 1
            while at < len(self._buffer):
                byte = self._buffer[at]
                length |= (byte & 0x7F) << 7 * (at - 1)
                at += 1
                if not byte & 0x80:
                    break
            else:
                break
            if len(self._buffer) < at + length:
                break
            found.append((self._buffer[0], self._buffer[at : at + length]))
            self._buffer = self._buffer[at + length :]
        return found

    def _send(self, kind: int, body: bytes) -> None:
        length, size = bytearray(), len(body)
        while True:
            size, low = divmod(size, 128)
            length.append(low | (0x80 if size else 0))
            if not size:
                break
        self.at.sendall(bytes([kind]) + length + body)


class Crowd:
    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._names = crowd_names(config["crowd"])
        self._units: list[Unit] = []
        self._selector = selectors.DefaultSelector()
        self._receipts: dict[bytes, float] = {}
        self._boot = machine.boot_id()

    def connect(self, wanted: int) -> int:
        for name in self._names[len(self._units) : wanted]:
            unit = Unit(self._config["store"], name, self._config["port"], self._config["password"])
            self._selector.register(unit.at, selectors.EVENT_READ, unit)
            self._units.append(unit)
            if len(self._units) % 100 == 0:
                self._hear(0)
        return len(self._units)

    def disconnect(self, kept: int) -> int:
        for unit in self._units[kept:]:
            self._selector.unregister(unit.at)
            unit.at.close()
        del self._units[kept:]
        return len(self._units)

    def burst(self, first: int, wanted: int, rate: float, start: int, units: int) -> dict[str, Any]:
        """Presses `first`.. of those units, round and round: each input of each is pressed once. Numbers as the
        terminal's."""
        accepted, made = [], {}
        begins = now() + 0.05
        for index in range(wanted):
            while (wait := begins + index / rate - now()) > 0:
                self._hear(wait)
            number = first + index
            unit, place = self._units[start + number % units], number // units + 1
            press = Press(
                id=uuid4(),
                run="be0c",
                boot=self._boot,
                seq=next(unit.seq),
                input=place,
                age_ms=1,
                ttl_s=120,
                exp_s=120,
                sw="bench",
            )
            at = now()
            unit.publish(publication(channels.PRESS, self._config["store"], "b", unit.name, press))
            made[str(press.id).encode()] = at
            accepted.append((int(unit.name[1:]) * INPUTS + place - 1, at))
            self._hear(0)
        end = now() + SETTLE_S
        while any(key not in self._receipts for key in made) and now() < end:
            self._hear(0.1)
        trips = [self._receipts[key] - at for key, at in made.items() if key in self._receipts]
        self._receipts.clear()
        return {"accepted": accepted, "trips": trips}

    def _hear(self, wait: float) -> None:
        for key, _ in self._selector.select(wait):
            at = now()
            for one in key.data.hear():
                self._receipts[one] = at


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">H", len(raw)) + raw


def main() -> None:
    crowd = Crowd(json.loads(sys.argv[1]))
    _answer({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "connect":
            _answer({"connected": crowd.connect(asked["count"])})
        elif asked["do"] == "disconnect":
            _answer({"connected": crowd.disconnect(asked["keep"])})
        elif asked["do"] == "burst":
            span = (asked["first"], asked["count"], asked["rate"], asked["from"], asked["units"])
            _answer(crowd.burst(*span))
        else:
            break


def _answer(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
