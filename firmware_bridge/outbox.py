"""When which press goes on the wire: freshest first, paced by the broker's answers, again until its receipt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broker_config import codec
from broker_config.channels import PRESS
from broker_config.link import Link, Publication, Published
from broker_config.messages import Press
from broker_config.messages.device import DeviceFault
from firmware_bridge.press import NewPress, Spooled
from firmware_bridge.spool import Spool

log = logging.getLogger(__name__)

RESEND_S: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds from each try of a press to the next one; the last of them for ever."""
OUTSTANDING = 10
"""Publishes that the broker may owe an answer for. More, and brokers drop or warn at a reconnect."""
UNANSWERED = 64
"""Old presses on their way to a receipt. The server has no more of them before it when a fresh one comes."""
WINDOW = 256
"""Presses held in memory; the others stay in the file until there is room."""
DROP_S = 0.2
"""Settled rows are deleted in one go: a repeated press is harmless, and each delete costs a sync of the disk."""
MEND_S = 5.0
"""A disk that takes nothing is tried again after this long."""
SLACK_S = 2.0
"""Two synced wall clocks may differ by so much."""


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
    is_history: bool = False
    """Too old to call anybody when it was taken from the file."""
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
        self._history_sent = 0
        """Of those, how many are history and on their way."""
        self._outstanding: set[int] = set()
        self._below: int | None = None
        """Where in the file, freshest first, the next presses are taken from; None: from its top."""
        self._drops: dict[UUID, None] = {}
        self._drop_at: float | None = None
        self._mend_at: float | None = None
        self._replacements = spool.replacements
        self._since: dict[str, float] = {}
        """Kind of trouble of the disk -> when it was seen first."""

    def set_resend(self, resend_s: Sequence[float]) -> None:
        """Seconds from each try to the next one, from now on."""
        self._resend_s = tuple(resend_s)

    def __len__(self) -> int:
        """Presses without a receipt. From any thread: those that are just leaving may be counted out twice."""
        return max(0, len(self._spool) - len(self._drops))

    @property
    def last_seq(self) -> int:
        """The highest number that a press of this unit ever got."""
        return self._spool.last_seq

    def faults(self, now: float) -> list[DeviceFault]:
        """What is wrong with the disk, for the technician."""
        self._watch_disk(now)
        return [
            DeviceFault(
                kind=one.kind,
                for_s=max(0, int(now - self._since[one.kind])),
                count=one.count,
                text=one.text[:120],
            )
            for one in self._spool.troubles
        ]

    def add(self, presses: Sequence[NewPress], now: float) -> frozenset[UUID]:
        """Keep presses, then send them at once if that is possible. Returns those that are on the disk: the others
        go like any, and are gone if the power is."""
        rows = self._spool.add(presses, self._drops)
        self._forget_drops()
        for spooled in rows:
            self._waiting[spooled.press.id] = _Waiting(spooled, now)
        self._send(now)
        self._watch_disk(now)
        while len(self._waiting) > WINDOW:
            self._leave(min(self._waiting.values(), key=_seq).spooled.press.id)
        return frozenset(one.press.id for one in rows if one.on_disk)

    def find(self, press: UUID) -> NewPress | None:
        """The press if it has no receipt yet."""
        waiting = self._waiting.get(press)
        return None if waiting is None else waiting.spooled.press

    def settle(self, press: UUID, now: float) -> Spooled | None:
        """The server's receipt came. None: no such press waits here, nothing changes."""
        waiting = self._leave(press)
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
        if self._mend_at is not None and now >= self._mend_at:
            self._spool.mend()
            self._mend_at = None
        self._refill(now)
        self._send(now)
        self._watch_disk(now)
        self._spool.tend()

    def flush(self) -> None:
        """Delete the settled rows now."""
        if self._drops:
            self._spool.drop(self._drops)
        self._forget_drops()

    def due(self) -> float | None:
        moments = [moment for moment in (self._drop_at, self._mend_at) if moment is not None]
        if self._connected and len(self._outstanding) < OUTSTANDING:
            moments += [waiting.next_at for waiting in self._may_go()]
        return min(moments, default=None)

    def oldest_age(self, now: float) -> float:
        """Seconds (a lower bound after a reboot); 0 when nothing waits."""
        oldest = self._spool.oldest() if len(self) else None
        return 0.0 if oldest is None else self.age(oldest.press, now)[0]

    def age(self, press: NewPress, now: float) -> tuple[float, bool]:
        """Seconds since the push, and whether that is sure; if not, it is at least so old.

        In the boot of the push it is exact. After a reboot only two synced wall clocks can tell, and only what can be
        true: a press of another boot is at least as old as this one. A clock that jumped says nothing."""
        if press.boot == self._who.boot:
            return max(0.0, now - press.pushed_boot), True
        wall = self._wall()
        if press.wall is None or wall is None:
            return now, False
        age_s = (wall - press.wall).total_seconds()
        if age_s < now - SLACK_S:
            return now, False
        return max(now, age_s), True

    def _watch_disk(self, now: float) -> None:
        spool = self._spool
        for gone in spool.evicted():
            self._leave(gone)
        if spool.replacements != self._replacements:
            self._replacements = spool.replacements
            spool.restore([waiting.spooled for waiting in self._waiting.values()])
        if spool.is_in_trouble and self._mend_at is None:
            self._mend_at = now + MEND_S
        troubles = {one.kind for one in spool.troubles}
        if troubles != self._since.keys():
            self._since = {kind: self._since.get(kind, now) for kind in troubles}

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
                    is_history = self.age(spooled.press, now)[0] >= spooled.press.ttl_s
                    self._waiting[spooled.press.id] = _Waiting(spooled, now, is_history)

    def _leave(self, press: UUID) -> _Waiting | None:
        """It waits here no longer."""
        waiting = self._waiting.pop(press, None)
        if waiting is not None and waiting.is_history and waiting.tries:
            self._history_sent -= 1
        return waiting

    def _may_go(self) -> Iterable[_Waiting]:
        """All of them, or no more history while enough of it is on its way."""
        if self._history_sent < UNANSWERED:
            return self._waiting.values()
        return [waiting for waiting in self._waiting.values() if waiting.tries or not waiting.is_history]

    def _send(self, now: float) -> None:
        while self._connected and len(self._outstanding) < OUTSTANDING:
            ready = [waiting for waiting in self._may_go() if waiting.next_at <= now]
            if not ready:
                return
            first = max(ready, key=_seq)
            first.tries += 1
            handle = self._link.publish(self._publication(first, now))
            if handle is None:
                first.tries -= 1
                self._connected = False
                return
            if first.is_history and first.tries == 1:
                self._history_sent += 1
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
