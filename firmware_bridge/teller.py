"""What the unit tells about itself and when: telemetry every minute, and at once when something else is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable

from broker_config import codec
from broker_config.channels import TELEMETRY
from broker_config.link import Disconnected, Link
from broker_config.messages import DeviceFault, FaultKind
from firmware_bridge import health
from firmware_bridge.hands import Hands
from firmware_bridge.health import Read
from firmware_bridge.outbox import Identity, Outbox

log = logging.getLogger(__name__)

TAKEN_OVER_S = 600.0
"""For so long it stays a fault."""


class Teller:
    """`read` gives what only the machine knows, `jitter` 0 up to 1."""

    def __init__(
        self,
        who: Identity,
        link: Link,
        hands: Hands,
        outbox: Outbox,
        read: Read,
        jitter: Callable[[], float],
        every_s: float,
        now: float,
    ) -> None:
        self._who, self._link, self._hands, self._outbox = who, link, hands, outbox
        self._read, self._jitter = read, jitter
        self._every_s = every_s
        self._at = now + health.JITTER_S * jitter()
        self._started = now
        self._connects = 0
        self._takeovers = 0
        self._taken_at: float | None = None
        self._last_press: float | None = None
        self._machine = health.MachineFaults()
        self._told: set[tuple[str, int | None]] = set()

    def set_every(self, every_s: float, now: float) -> None:
        """Another period from now on."""
        self._every_s = every_s
        self._at = min(self._at, now + every_s)

    def connected(self) -> None:
        self._connects += 1

    def disconnected(self, event: Disconnected, now: float) -> None:
        if event.taken_over:
            log.error("another client connected by this unit's name", extra={"action": "link.taken"})
            self._takeovers, self._taken_at = self._takeovers + 1, now

    def pressed(self, now: float) -> None:
        self._last_press = now

    def due(self) -> float:
        return self._at

    def tell(self, now: float, cfg_rev: int) -> bool:
        """Whether it was time, or news: then telemetry went out, if there is a link. `cfg_rev`: settings in force."""
        faults = self.faults(now)
        wrong = {(fault.kind, fault.input) for fault in faults}
        if now < self._at and (wrong == self._told or not self._link.connected):
            return False
        self._at = now + self._every_s + health.JITTER_S * self._jitter()
        if self._link.connected:
            self._told = wrong
            self._publish(faults, cfg_rev, now)
        return True

    def faults(self, now: float) -> list[DeviceFault]:
        """What is wrong with the unit: its contacts, its disk, the machine, its name."""
        found = self._hands.faults(now) + self._outbox.faults(now)
        told = {fault.kind for fault in found}
        found += [one for one in self._machine.of(self._read(), now) if one.kind not in told]
        if self._taken_at is not None and now - self._taken_at < TAKEN_OVER_S:
            found.append(
                DeviceFault(
                    kind=FaultKind.TAKEN_OVER.value,
                    for_s=int(now - self._taken_at),
                    count=self._takeovers,
                    text="another client connected by this unit's name",
                )
            )
        return found

    def _publish(self, faults: list[DeviceFault], cfg_rev: int, now: float) -> None:
        counts = health.Counts(
            up_s=now - self._started,
            spool=len(self._outbox),
            oldest_s=self._outbox.oldest_age(now),
            reconnects=max(0, self._connects - 1),
            takeovers=self._takeovers,
            last_press_s=None if self._last_press is None else now - self._last_press,
            cfg_rev=cfg_rev,
            seq=self._outbox.last_seq,
        )
        message = health.telemetry(self._who, counts, self._read(), self._hands.health(now), faults)
        self._link.publish(codec.publication(TELEMETRY, self._who.store, "b", self._who.device, message))
