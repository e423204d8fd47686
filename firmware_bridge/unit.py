"""The shell of a button unit: the core on a real loop, real pins, real link. Starts and stops them in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from broker_config.link import Link, LinkEvent
from broker_config.loop import Loop
from broker_config.machine import boot_clock
from broker_config.notify import Notifier
from firmware_bridge.bridge import Bridge, Event
from firmware_bridge.buttons import ContactSet, PinFactory
from firmware_bridge.hands import Hands
from firmware_bridge.intents import Intent
from firmware_bridge.lock import FolderLock
from firmware_bridge.outputs import GpioOutputs
from firmware_bridge.pulse import Pulse
from firmware_bridge.spool import Spool

log = logging.getLogger(__name__)

DEAD = 70
BEGINS_S = 0.01
"""How often the start is looked at, until every part has worked once."""


class Unit:
    """`run` until `stop`, which may be called from any thread and from a signal handler.

    The thread that runs it owns nothing: it waits for the end and meanwhile feeds the watchdog, as long as every
    part has shown since the last time that it works. A broker that is away is no reason to starve it."""

    def __init__(
        self,
        bridge: Bridge,
        loop: Loop[Event],
        link: Link,
        contacts: ContactSet,
        outputs: GpioOutputs,
        spool: Spool,
        factory: PinFactory,
        pulse: Pulse | None = None,
        notifier: Notifier | None = None,
        lock: FolderLock | None = None,
    ) -> None:
        self.outputs = outputs
        self._bridge = bridge
        self._loop = loop
        self._link = link
        self._contacts = contacts
        self._spool = spool
        self._factory = factory
        self._pulse = Pulse(()) if pulse is None else pulse
        self._notifier = Notifier(None) if notifier is None else notifier
        self._lock = lock
        self._listener: Callable[[LinkEvent], None] = lambda event: None
        self._beaten: float | None = None
        """When the watchdog was last thought of."""
        self._ended: SimpleQueue[BaseException | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._own, name="bridge", daemon=True)

    def run(self) -> int:
        """Exit code: 0 after `stop`, 70 when a thread died (then the service is started anew)."""
        self.outputs.open()
        self._thread.start()
        self._contacts.open(self._loop.put)
        self._link.open(self._hear)
        cause = self._wait()
        self._notifier.stopping()
        if cause is not None:
            log.critical("the unit ends: %s", cause, extra={"action": "unit.dead"})
            with suppress(Exception):
                self.outputs.close()  # a light that stays on would go on promising something
            return DEAD
        self._loop.stop()
        self._thread.join(5.0)
        self._contacts.close()
        self._bridge.stop()
        self._link.close()
        self.outputs.close()
        if not self._thread.is_alive():  # SQLite does not survive to be closed under its owner
            self._spool.close()
        self._factory.close()
        if self._lock is not None:
            self._lock.close()
        return 0

    def intend(self, intent: Intent) -> None:
        """Somebody meant this, however it was found out. From any thread."""
        self._loop.put(intent)

    @property
    def hands(self) -> Hands:
        """What was made of every contact so far, for the simulator's floor."""
        return self._bridge.hands

    def listen(self, listener: Callable[[LinkEvent], None]) -> None:
        """Tell somebody else too what the link brings. Before `run`."""
        self._listener = listener

    def stop(self) -> None:
        self._ended.put(None)

    def died(self, cause: BaseException) -> None:
        """A thread that the unit cannot live without has ended."""
        self._ended.put(cause)

    def _hear(self, event: LinkEvent) -> None:
        self._loop.put(event)
        self._listener(event)

    def _wait(self) -> BaseException | None:
        """Until the end. What died, or None for a `stop`."""
        pause, begun = BEGINS_S, False
        while True:
            try:
                return self._ended.get(timeout=pause)
            except Empty:
                pass
            dead = self._pulse.dead()
            if dead:
                return RuntimeError(f"a thread has ended: {', '.join(dead)}")
            if not begun and self._pulse.has_begun():
                pause, begun = self._pulse.beat_s, True
                self._notifier.ready()
                log.info("ready", extra={"action": "unit.ready"})
            if begun:
                self._beat()

    def _beat(self) -> None:
        now, before = boot_clock(), self._beaten
        self._beaten = now
        if before is not None and now - before > 2 * self._pulse.beat_s:
            log.warning("the process stood still for %.0f s", now - before, extra={"action": "unit.thawed"})
            return  # its parts could not work either: they are judged at the next beat
        silent = self._pulse.silent(now)
        if silent:
            words = ", ".join(
                f"{part} for {age:.0f} s" if age is not None else part for part, age in silent.items()
            )
            log.error("nothing heard from: %s", words, extra={"action": "unit.silent"})
            self._notifier.status(f"stuck: {', '.join(silent)}")
            return
        self._notifier.alive()
        link = "connected" if self._link.connected else "no broker"
        waiting = self._bridge.waiting
        self._notifier.status(f"{link}, {waiting} press{'' if waiting == 1 else 'es'} without a receipt")

    def _own(self) -> None:
        try:
            self._loop.run()
        except BaseException as error:
            log.exception("the bridge's thread died", extra={"action": "bridge.dead"})
            self.died(error)
