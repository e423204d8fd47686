"""One button unit for the bench: the production core, loop, spool and link; only the contacts are left out."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

from broker_config import machine
from broker_config.link import Delivery, LinkEvent
from broker_config.loop import Loop
from broker_config.paho_link import PahoLink
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.debounce import Rules
from firmware_bridge.intents import Intent
from firmware_bridge.light import Pattern
from firmware_bridge.outbox import Identity
from firmware_bridge.ports import Plan, Ports
from firmware_bridge.press import NewPress
from firmware_bridge.setup import link_setup
from firmware_bridge.spool import Spool
from tests.bench.clock import now
from tests.bench.system import STORE
from tests.bench.way import Way

INPUTS = 8
OLD_S = 3_600.0
"""Age of presses that were made long ago: history, and no alarm."""
TTL_S = 120


def old_presses(folder: Path, count: int) -> None:
    """A spool that was offline for long."""
    boot, at = machine.boot_id(), now()
    spool = Spool(str(folder / "spool.sqlite"))
    spool.add(
        [
            NewPress(uuid4(), 1 + index % INPUTS, at - OLD_S + index / 1_000, boot, TTL_S)
            for index in range(count)
        ]
    )
    spool.close()


class OneUnit:
    """`mean` is what the debounce does when it accepts a push."""

    def __init__(self, folder: Path, device: str, way: Way) -> None:
        self.accepted: dict[str, float] = {}
        self.receipts: dict[str, float] = {}
        """Press id -> when its first one came; also of presses that were there before."""
        who = Identity(STORE, device, machine.new_run(), machine.boot_id(), "bench")
        self._link = PahoLink(link_setup(who, "127.0.0.1", way.port, way.proof))
        self._spool = Spool(str(folder / "spool.sqlite"))
        self._pushed = 0.0
        rules: Mapping[int, Rules] = {number: Rules() for number in range(1, INPUTS + 1)}
        ports = Ports(
            link=self._link,
            spool=self._spool,
            contacts=self,
            outputs=self,
            new_id=self._new_id,
            wall=lambda: None,
            jitter=lambda: 0.5,
        )
        self._bridge = Bridge(who, Plan(rules, TTL_S), ports, now())
        self._loop: Loop[Event] = Loop(self._bridge, now)
        self._thread = threading.Thread(target=self._loop.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._link.open(self._take)

    @property
    def connected(self) -> bool:
        return self._link.connected

    def mean(self, number: int) -> None:
        self._pushed = now()
        self._loop.put(Intent(number, at=self._pushed))

    def stop(self) -> None:
        self._loop.stop()
        self._thread.join(10)
        self._bridge.stop()
        self._link.close()
        self._spool.close()

    def closed(self, input_number: int) -> bool:
        return False

    def show(self, input_number: int, pattern: Pattern) -> None: ...

    def _new_id(self) -> UUID:
        made = uuid4()
        self.accepted[str(made)] = self._pushed
        return made

    def _take(self, event: LinkEvent) -> None:
        """Moments of receipts, noted before the loop gets them."""
        if isinstance(event, Delivery) and event.topic.endswith("/receipt"):
            self.receipts.setdefault(json.loads(event.payload)["id"], event.at)
        self._loop.put(event)
