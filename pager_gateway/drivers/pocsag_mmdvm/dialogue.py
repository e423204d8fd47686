"""Pages through an MMDVM modem: one transmission at a time, fed batch by batch while it is on the air.

The modem says nothing to a batch that it takes. So a status question follows each batch in the same write: its answer
tells that the batch was read, and a NAK before it names the batch. The modem is given no more than it needs to go on:
so an urgent page waits for little, and a lost line leaves little in doubt."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from broker_config.messages import PageState
from pager_gateway.drivers.pocsag_mmdvm import frames, words
from pager_gateway.drivers.pocsag_mmdvm.answers import Status
from pager_gateway.drivers.pocsag_mmdvm.feeding import MmdvmFeeding
from pager_gateway.drivers.pocsag_mmdvm.frames import Kind
from pager_gateway.drivers.pocsag_mmdvm.keying import Job, Keying
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.drivers.pocsag_mmdvm.starting import State
from pager_gateway.errors import LineTrouble, Refused
from pager_gateway.transmitter import Write

LINGER_S = 5.0
"""A carrier that is up so much longer than its batches take is a fault."""
UP_S = 0.05
"""So often it is looked whether the carrier is up: what is known of its end depends on that. Nor does anything else
make questions come closer together."""
EVE_S, LOOK_S = 0.1, 0.03
"""So long before a transmission should be over, and so long after, it is looked whether it is."""
POCSAG_MODE = 6


class MmdvmDialogue(MmdvmFeeding):
    """Jobs and bytes in; `out` fills with writes, results, health."""

    def __init__(self, settings: MmdvmSettings) -> None:
        super().__init__(settings)
        self._strangers = 0
        """So often in a row the modem was in another mode."""

    @property
    def busy(self) -> bool:
        return bool(self.jobs) or (self.keying is not None and bool(self.keying.pages))

    def submit(self, jobs: Sequence[Job], now: float) -> None:
        """Also while others are on the air: the urgent are first among all that stand in no batch yet."""
        self.jobs = deque(sorted([*self.jobs, *jobs], key=lambda job: job.priority))
        if self.state is State.DOWN or self.dead:
            self._fail_all(self.trouble)
        elif self.state is State.LIVE and self.keying is not None:
            self._pump(now)
        elif self.state is State.LIVE:
            self._next(now)

    def tick(self, now: float) -> None:
        if self._asked_by is not None and now >= self._asked_by:
            self._answer(LineTrouble("no-modem", words.NO_ANSWER))
        if self.state is State.LIVE:
            self._tick_live(now)
        elif self.deadline is not None and now >= self.deadline:
            self.deadline = None
            self._timeouts[self.state](now)

    def due(self) -> float | None:
        moments = [self._asked_by, self.deadline]
        if self.state is State.LIVE:
            moments += [self._silent_by(), self._poll_at, self._write_at, self._feed_at]
        return min((moment for moment in moments if moment is not None), default=None)

    def _tick_live(self, now: float) -> None:
        self._excuse(now)
        if now >= self._silent_by():
            self._reopen(LineTrouble("silent", words.NO_ANSWER), now)
            return
        if self._write_at is not None and now >= self._write_at:
            self._write_at = None
            self._pump(now)
        elif self._feed_at is not None and now >= self._feed_at:
            self._pump(now)
        if now >= self._poll_at:
            if self.keying is None and self._polls:
                self._mark(now)
            self._poll(now)

    # The modem says how it is

    def _status(self, status: Status, now: float, *, blind: bool) -> None:
        keying = self.keying
        asked, serial = self._polls.popleft() if self._polls else (-math.inf, self.serial)
        space = status.space or 0
        self._on_air = status.on_air
        self._space = max(0, space - (self.serial - serial))
        if keying is None:
            self._next(now)
            self._rest(status, now)
            return
        keying.read_until(serial)
        if status.on_air and now > keying.began_at + keying.seconds + LINGER_S:
            self._fault("endless", words.ENDLESS, now)
            return
        if status.on_air:
            self._room_by = None
            keying.seen_up(space, asked, now)
            self._tell_air(keying.air_s(now - keying.began_at))
            self.out.extend(keying.over(asked))
            self._look(keying, now)
        elif keying.seen_at is not None or self._stale:
            keying.carrier_gone(now, blind=blind or status.mode != POCSAG_MODE)
            self._strangers = 0
            self._over(keying, now)
            return
        elif keying.taken and now - keying.began_at > self._s.key_up_s:
            self._fault("no-carrier", words.NO_CARRIER, now)
            return
        else:
            self._poll_at = min(self._poll_at, now + UP_S)
        if keying.taken == keying.written:
            self._write_at = None
        self._pump(now)

    def _look(self, keying: Keying, now: float) -> None:
        """Questions as a page ends; shortly before the carrier's end, as a proof that the last batch is on the air; and
        shortly after it, so that the next transmission need not wait."""
        end = (keying.up_at or now) + keying.seconds
        for moment in (*keying.looks(), end - EVE_S, end + LOOK_S):
            if now < moment:
                self._poll_at = min(self._poll_at, max(moment, now + UP_S))

    def _rest(self, status: Status, now: float) -> None:
        wait_s = self._s.idle_after_s
        quiet = not self.busy and not status.on_air and self.state is State.LIVE
        if wait_s is not None and quiet and status.mode == POCSAG_MODE and now - self._used_at >= wait_s:
            self._used_at = now
            self.out.append(Write(frames.IDLE))

    # It refuses

    def _page_refused(self, kind: int, reason: int, now: float) -> None:
        keying = self.keying
        if keying is None or kind == Kind.STATUS:
            return
        self._write_at = None
        if kind != Kind.POCSAG or keying.written - keying.taken != 1:
            self._cut(keying, "damaged" if kind != Kind.POCSAG else "refused", reason)
        elif reason == 5:
            keying.taken_back()
            self._full_until = now + self._s.status_every_s / 2
            if not keying.written:
                self._dissolve(keying)
                self._wait(now)
        elif keying.taken:
            self._cut(keying, "refused", reason)
        else:
            self._none_taken(keying, reason, now)

    def _none_taken(self, keying: Keying, reason: int, now: float) -> None:
        """The first batch was refused: nothing of it is on the air."""
        if reason == 4:
            error = Refused("refused", f"refuses the page: {words.reason(reason)}")
            self.out.extend(page.job.ended(PageState.FAILED, error) for page in keying.pages)
            self.keying = None
            return
        self._dissolve(keying)
        if reason == 2 and not self._strangers:
            self._strangers += 1
            self._set_up(now)
        elif reason == 2:
            self._strangers = 0
            self._fail_all(LineTrouble("mode", words.BUSY_ELSEWHERE))
        elif reason == 1:
            self._refused("no-pocsag", words.NO_POCSAG, now)
        else:
            self._fail_all(Refused("refused", f"refuses the page: {words.reason(reason)}"))

    def _cut(self, keying: Keying, code: str, reason: int) -> None:
        """What was taken goes on the air; nobody knows what a pager makes of the rest."""
        text = words.DAMAGED if code == "damaged" else f"refuses a part: {words.reason(reason)}"
        keying.cut = keying.cut or LineTrouble(code, text, retry=False)

    def _fault(self, code: str, text: str, now: float) -> None:
        self._page_broken = True
        self._reopen(LineTrouble(code, text), now)
