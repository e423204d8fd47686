"""When which press goes on the wire: freshest first, paced by the broker's answers, again until its receipt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broker_config import codec
from broker_config.channels import PRESS
from broker_config.link import Link, Publication, Published
from broker_config.messages import Press
from firmware_bridge.spool import NewPress, Spool, Spooled

log = logging.getLogger(__name__)

RESEND_S: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds from each try of a press to the next one; the last of them for ever."""
OUTSTANDING = 10
"""Publishes that the broker may owe an answer for. More, and brokers drop or warn at a reconnect."""
WINDOW = 256
"""Presses held in memory; the others stay in the file until there is room."""
DROP_S = 0.2
"""Settled rows are deleted in one go: a repeated press is harmless, and each delete costs a sync of the disk."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this unit is in everything that it sends."""

    store: str
    device: str
    run: str
    boot: str
    sw: str


@dataclass(slots=True)
class _Waiting:
    spooled: Spooled
    next_at: float
    tries: int = 0


class Outbox:
    """Owner of the spool. `wall` gives the wall clock, or None while it is not synced."""

    def __init__(
        self,
        spool: Spool,
        link: Link,
        who: Identity,
        wall: Callable[[], datetime | None],
        resend_s: Sequence[float] = RESEND_S,
    ) -> None:
        self._spool = spool
        self._link = link
        self._who = who
        self._wall = wall
        self._resend_s = tuple(resend_s)
        self._connected = False
        self._waiting: dict[UUID, _Waiting] = {}
        self._outstanding: set[int] = set()
        self._below: int | None = None
        """Where in the file, freshest first, the next presses are taken from; None: from its top."""
        self._drops: dict[UUID, None] = {}
        self._drop_at: float | None = None

    def __len__(self) -> int:
        """Presses without a receipt."""
        return len(self._spool) - len(self._drops)

    def add(self, presses: Sequence[NewPress], now: float) -> None:
        """Commit presses, then send them at once if that is possible. Raises SpoolError: then none is kept."""
        kept = self._spool.add(presses, self._drops)
        self._forget_drops()
        for spooled in kept:
            self._waiting[spooled.press.id] = _Waiting(spooled, now)
        self._send(now)
        while len(self._waiting) > WINDOW:
            del self._waiting[min(self._waiting.values(), key=_seq).spooled.press.id]

    def find(self, press: UUID) -> NewPress | None:
        """The press if it has no receipt yet."""
        waiting = self._waiting.get(press)
        return None if waiting is None else waiting.spooled.press

    def settle(self, press: UUID, now: float) -> Spooled | None:
        """The server's receipt came. None: no such press waits here, nothing changes."""
        waiting = self._waiting.pop(press, None)
        if waiting is None:
            return None
        self._drops[press] = None
        if self._drop_at is None:
            self._drop_at = now + DROP_S
        return waiting.spooled

    def connected(self, now: float) -> None:
        self._connected = True
        self._outstanding.clear()
        self.resend_all(now)

    def disconnected(self) -> None:
        self._connected = False
        self._outstanding.clear()

    def published(self, event: Published) -> None:
        """The broker's word. A refusal changes nothing: only a receipt ends a press."""
        if event.handle in self._outstanding and not event.accepted:
            log.warning(
                "the broker refused a press (%s), it is kept", event.reason, extra={"action": "refused"}
            )
        self._outstanding.discard(event.handle)

    def resend_all(self, now: float) -> None:
        """Everything is due: a new connection, or a server that is back."""
        self._below = None
        for waiting in self._waiting.values():
            waiting.next_at = now

    def work(self, now: float) -> None:
        """Send what is due, take more from the file, delete what is settled."""
        if self._drop_at is not None and now >= self._drop_at:
            self.flush()
        self._refill(now)
        self._send(now)

    def flush(self) -> None:
        """Delete the settled rows now."""
        if self._drops:
            self._spool.drop(self._drops)
        self._forget_drops()

    def due(self) -> float | None:
        moments = [] if self._drop_at is None else [self._drop_at]
        if self._connected and self._waiting and len(self._outstanding) < OUTSTANDING:
            moments.append(min(waiting.next_at for waiting in self._waiting.values()))
        return min(moments, default=None)

    def oldest_age(self, now: float) -> float:
        """Seconds (a lower bound after a reboot); 0 when nothing waits."""
        oldest = self._spool.oldest() if len(self) else None
        return 0.0 if oldest is None else self.age(oldest.press, now)[0]

    def age(self, press: NewPress, now: float) -> tuple[float, bool]:
        """Seconds since the push, and whether that is sure; if not, it is at least so old.

        In the boot of the push it is exact. After a reboot only two synced wall clocks can tell."""
        if press.boot == self._who.boot:
            return max(0.0, now - press.pushed_boot), True
        wall = self._wall()
        if press.wall is None or wall is None:
            return now, False
        return max(now, (wall - press.wall).total_seconds()), True

    def _forget_drops(self) -> None:
        self._drops.clear()
        self._drop_at = None

    def _refill(self, now: float) -> None:
        restarted = self._below is None
        while self._connected and len(self) > len(self._waiting) < WINDOW:
            found = self._spool.freshest(WINDOW - len(self._waiting), self._below)
            if not found:
                if restarted:
                    return
                self._below, restarted = None, True
                continue
            self._below = found[-1].seq
            for spooled in found:
                if spooled.press.id not in self._waiting and spooled.press.id not in self._drops:
                    self._waiting[spooled.press.id] = _Waiting(spooled, now)

    def _send(self, now: float) -> None:
        while self._connected and len(self._outstanding) < OUTSTANDING:
            ready = [waiting for waiting in self._waiting.values() if waiting.next_at <= now]
            if not ready:
                return
            first = max(ready, key=_seq)
            first.tries += 1
            handle = self._link.publish(self._publication(first, now))
            if handle is None:
                first.tries -= 1
                self._connected = False
                return
            self._outstanding.add(handle)
            first.next_at = now + self._resend_s[min(first.tries, len(self._resend_s)) - 1]

    def _publication(self, waiting: _Waiting, now: float) -> Publication:
        press, who = waiting.spooled.press, self._who
        age_s, known = self.age(press, now)
        message = Press(
            id=press.id,
            run=who.run,
            boot=press.boot,
            seq=waiting.spooled.seq,
            input=press.input,
            kind=press.kind,
            purpose=press.purpose,
            ref=press.ref,
            via_input=press.via_input,
            age_ms=int(age_s * 1000),
            age_known=known,
            ttl_s=press.ttl_s,
            exp_s=max(1, press.ttl_s - int(age_s)),
            try_=waiting.tries,
            wall=press.wall,
            synced=press.wall is not None,
            sw=who.sw,
        )
        return codec.publication(PRESS, who.store, "b", who.device, message)


def _seq(waiting: _Waiting) -> int:
    return waiting.spooled.seq
