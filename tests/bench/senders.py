"""The buttons of the bench: a child process that drives many real spools and links, or the reference's bare ones.

Spoken to by JSON lines on its standard input: {"do": "burst", "first": n, "count": n, "rate": r}, {"do": "undo"},
{"do": "stop"}; it answers each with one line."""

from __future__ import annotations

import json
import queue
import sqlite3
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from broker_config import machine
from broker_config.codec import receive
from broker_config.link import Connected, Delivery, Disconnected, LinkEvent, Published
from broker_config.messages import PressKind, PressReceipt
from broker_config.paho_link import PahoLink
from firmware_bridge.outbox import Identity, Outbox
from firmware_bridge.press import NewPress
from firmware_bridge.setup import link_setup
from firmware_bridge.spool import Spool
from tests.bench.clock import now, paced
from tests.bench.way import Way

INPUTS = 16


@dataclass
class Unit:
    """One button unit: the production spool, outbox and link, without its contacts."""

    device: str
    outbox: Outbox
    link: PahoLink
    presses: list[UUID] = field(default_factory=list)


class Product:
    """Units with 16 buttons each. Presses go round the units; button n is named after n."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._events: queue.SimpleQueue[tuple[int, LinkEvent]] = queue.SimpleQueue()
        self._boot = machine.boot_id()
        self.units: list[Unit] = []
        way = Way(config["port"], config["authority"])
        for index, device in enumerate(config["devices"]):
            who = Identity(config["store"], device, machine.new_run(), self._boot, "bench")
            link = PahoLink(link_setup(who, "127.0.0.1", config["port"], way.proof))
            spool = Spool(str(Path(config["folder"]) / f"{device}.sqlite"))
            self.units.append(Unit(device, Outbox(spool, link, who, lambda: None), link))
            link.open(lambda event, index=index: self._events.put((index, event)))  # type: ignore[misc]
        self._until(lambda: all(unit.link.connected for unit in self.units))

    def burst(self, first: int, count: int, rate: float) -> list[tuple[int, float]]:
        accepted = []
        for index in self._paced(count, rate):
            number = first + index
            unit = self.units[number % len(self.units)]
            press = self._press(number // len(self.units) + 1)
            at = now()
            unit.outbox.add([press], at)
            accepted.append((number, at))
            unit.presses.append(press.id)
        self._until(lambda: not any(len(unit.outbox) for unit in self.units))
        return accepted

    def undo(self) -> int:
        """Close every incident that was opened, outside the timed path."""
        done = 0
        for unit in self.units:
            for press in unit.presses:
                unit.outbox.add([self._press(1, PressKind.UNDO, press)], now())
                done += 1
                self._hear(0)
            unit.presses.clear()
        self._until(lambda: not any(len(unit.outbox) for unit in self.units))
        return done

    def stop(self) -> None:
        for unit in self.units:
            unit.link.close()

    def _press(self, number: int, kind: PressKind = PressKind.PRESS, ref: UUID | None = None) -> NewPress:
        return NewPress(uuid4(), number, now(), self._boot, 120, kind=kind, ref=ref)

    def _paced(self, count: int, rate: float) -> Any:
        start = now() + 0.02
        for index in range(count):
            while (wait := start + index / rate - now()) > 0:
                self._hear(wait)
            while self._hear(0):
                pass
            yield index

    def _until(self, done: Any) -> None:
        deadline = now() + 30
        while not done():
            self._hear(0.05)
            if now() > deadline:
                raise TimeoutError("the presses were not settled in 30 s")

    def _hear(self, wait: float) -> bool:
        """Deal with one event of a link. False: there was none."""
        try:
            index, event = self._events.get(timeout=wait) if wait > 0 else self._events.get_nowait()
        except queue.Empty:
            self._work(range(len(self.units)))
            return False
        unit = self.units[index]
        match event:
            case Published():
                unit.outbox.published(event)
            case Connected():
                unit.outbox.connected(now())
            case Disconnected():
                unit.outbox.disconnected()
            case Delivery():
                message = receive(event).message
                if isinstance(message, PressReceipt):
                    unit.outbox.settle(message.id, now())
                unit.link.settle(event)
        self._work((index,))
        return True

    def _work(self, which: Iterable[int]) -> None:
        at = now()
        for index in which:
            due = self.units[index].outbox.due()
            if due is not None and due <= at:
                self.units[index].outbox.work(at)


class Reference:
    """The same commit with the same durability, then a bare paho publish."""

    def __init__(self, config: dict[str, Any]) -> None:
        from tests.bench.reference import client

        self._spool = sqlite3.connect(Path(config["folder"]) / "reference-spool.sqlite", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._spool.execute(f"PRAGMA {pragma}")
        self._spool.execute("CREATE TABLE IF NOT EXISTS press (id TEXT PRIMARY KEY, body TEXT)")
        self._client = client(config, config["devices"][0], None, [])
        self._topic = config["in_topic"]

    def burst(self, first: int, count: int, rate: float) -> list[tuple[int, float]]:
        accepted = []
        for index in paced(count, rate):
            at = now()
            body = json.dumps({"id": str(uuid4()), "number": first + index, "at": at})
            self._spool.execute("BEGIN IMMEDIATE")
            self._spool.execute("INSERT INTO press VALUES (?, ?)", (str(uuid4()), body))
            self._spool.execute("COMMIT")
            self._client.publish(self._topic, body, qos=1)
            accepted.append((first + index, at))
        time.sleep(0.3)
        return accepted

    def undo(self) -> int:
        return 0

    def stop(self) -> None:
        self._client.disconnect()


def main() -> None:
    config = json.loads(sys.argv[1])
    buttons: Product | Reference = Product(config) if config["what"] == "product" else Reference(config)
    _answer({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "burst":
            _answer({"accepted": buttons.burst(asked["first"], asked["count"], asked["rate"])})
        elif asked["do"] == "undo":
            _answer({"undone": buttons.undo()})
        else:
            break
    buttons.stop()


def _answer(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
