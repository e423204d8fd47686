"""The shell of a button unit: the core on a real loop, real pins, real link. Starts and stops them in order."""

from __future__ import annotations

import logging
import threading
from queue import SimpleQueue

from broker_config.link import Link
from broker_config.loop import Loop
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.buttons import ContactSet, PinFactory
from firmware_bridge.intents import Intent
from firmware_bridge.outputs import GpioOutputs
from firmware_bridge.spool import Spool

log = logging.getLogger(__name__)


class Unit:
    """`run` until `stop`, which may be called from any thread and from a signal handler."""

    def __init__(
        self,
        bridge: Bridge,
        loop: Loop[Event],
        link: Link,
        contacts: ContactSet,
        outputs: GpioOutputs,
        spool: Spool,
        factory: PinFactory,
    ) -> None:
        self.outputs = outputs
        self._bridge = bridge
        self._loop = loop
        self._link = link
        self._contacts = contacts
        self._spool = spool
        self._factory = factory
        # a SimpleQueue, since its `put` is the one that a signal handler may call at any moment
        self._ended: SimpleQueue[BaseException | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._own, name="bridge", daemon=True)

    def run(self) -> int:
        """Exit code: 0 after `stop`, 70 when a thread died (then the service is started anew)."""
        self.outputs.open()
        self._thread.start()
        self._contacts.open(self._loop.put)
        self._link.open(self._loop.put)
        cause = self._ended.get()
        if cause is not None:
            log.critical("the unit ends: %s", cause, extra={"action": "unit.dead"})
            return 70
        self._loop.stop()
        self._thread.join(5.0)
        self._contacts.close()
        self._bridge.stop()
        self._link.close()
        self.outputs.close()
        self._spool.close()
        self._factory.close()
        return 0

    def intend(self, intent: Intent) -> None:
        """Somebody meant this, however it was found out. From any thread."""
        self._loop.put(intent)

    def stop(self) -> None:
        self._ended.put(None)

    def died(self, cause: BaseException) -> None:
        """A thread that the unit cannot live without has ended."""
        self._ended.put(cause)

    def _own(self) -> None:
        try:
            self._loop.run()
        except BaseException as error:
            log.exception("the bridge's thread died", extra={"action": "bridge.dead"})
            self.died(error)
