"""Pages through an MMDVM modem: one transmission at a time, its batches by the room in the modem's buffer.

The modem says nothing to a batch that it takes. So a status question follows each batch in the same write: its answer
tells that the batch was read, and a NAK before it names the batch. A page is on the air when the status shows the
carrier up, and done when it shows it down again; room in the buffer proves nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from broker_config.messages import PageState
from pager_gateway.drivers.pocsag_mmdvm import frames, words
from pager_gateway.drivers.pocsag_mmdvm.answers import Status
from pager_gateway.drivers.pocsag_mmdvm.frames import Kind
from pager_gateway.drivers.pocsag_mmdvm.keying import Job, Keying
from pager_gateway.drivers.pocsag_mmdvm.session import MmdvmSession
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.drivers.pocsag_mmdvm.starting import State
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import AirTime, Write

SPARE = 1
"""Room for so many batches is left alone, as the protocol asks."""
LINGER_S = 5.0
"""A carrier that is up so much longer than its batches take is a fault."""
UP_S = 0.05
"""So often it is looked whether the carrier is up: what is known of its end depends on that."""
EVE_S, LOOK_S = 0.1, 0.03
"""So long before a transmission should be over, and so long after, it is looked whether it is."""
POCSAG_MODE = 6


class MmdvmDialogue(MmdvmSession):
    """Jobs and bytes in; `out` fills with writes, results, health."""

    def __init__(self, settings: MmdvmSettings) -> None:
        super().__init__(settings)
        self._preamble = frames.preamble_bits(settings)
        self.jobs: deque[Job] = deque()
        self.keying: Keying | None = None
        self._space = 0
        self._on_air = False
        self._write_at: float | None = None
        """The last batch is under way: the next one waits for the answer behind it, or until then."""
        self._room_by: float | None = None
        self._full_until = 0.0
        """It had no room a moment ago, whatever it says."""
        self._strangers = 0
        """So often in a row the modem was in another mode."""
        self._used_at = 0.0

    @property
    def busy(self) -> bool:
        return bool(self.jobs) or self.keying is not None

    def submit(self, jobs: Sequence[Job], now: float) -> None:
        self.jobs.extend(jobs)
        if self.state is State.DOWN or self.dead:
            self._fail_all(self.trouble)
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
            moments += [self._silent_by(), self._poll_at, self._write_at]
        return min((moment for moment in moments if moment is not None), default=None)

    def _tick_live(self, now: float) -> None:
        self._excuse(now)
        if now >= self._silent_by():
            self._reopen(LineTrouble("silent", words.NO_ANSWER), now)
            return
        if self._write_at is not None and now >= self._write_at:
            self._write_at = None
            self._pump(now)
        if now >= self._poll_at:
            self._poll(now)

    # The modem says how it is

    def _status(self, status: Status, now: float) -> None:
        keying = self.keying
        _, before = self._polls.popleft() if self._polls else (now, 0)
        self._on_air = status.on_air
        self._space = max(0, (status.space or 0) - (self._written() - before))
        if keying is None:
            self._next(now)
            self._rest(status, now)
            return
        keying.taken = max(keying.taken, before)
        if status.on_air and now > keying.began_at + keying.seconds + LINGER_S:
            self._fault("endless", words.ENDLESS, now)
            return
        if status.on_air:
            if keying.up_at is None:
                keying.up_at = now
                self._room_by = None
                self.out.append(AirTime(keying.seconds))
            keying.seen_at = now
            self._look(keying.up_at + keying.seconds, now)
        elif keying.seen_at is not None or self._stale:
            keying.carrier_gone(now)
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

    def _look(self, end: float, now: float) -> None:
        """Questions shortly before the end, as a proof that the last batch is on the air, and shortly after it, so that
        the next transmission need not wait."""
        for moment in (end - EVE_S, end + LOOK_S):
            if now < moment:
                self._poll_at = min(self._poll_at, moment)

    def _rest(self, status: Status, now: float) -> None:
        wait_s = self._s.idle_after_s
        quiet = not self.busy and not status.on_air and self.state is State.LIVE
        if wait_s is not None and quiet and status.mode == POCSAG_MODE and now - self._used_at >= wait_s:
            self._used_at = now
            self.out.append(Write(frames.IDLE))

    # Pages

    def _next(self, now: float) -> None:
        """Nothing of ours is on the air: what waits goes there together, unless it is too old by now."""
        self._expire(now)
        if self._unseen:
            return
        if self._stale:
            self._set_up(now)
        elif not self.jobs:
            self._room_by = None
        elif self._room_by is not None and now >= self._room_by:
            self._fail_all(LineTrouble("full", words.OCCUPIED if self._on_air else words.FULL))
        elif self._on_air or not self._room(now):
            self._wait(now)
        else:
            self.keying = Keying(self.jobs, self._preamble, now)
            self.jobs.clear()
            self._pump(now)

    def _expire(self, now: float) -> None:
        fresh = [job for job in self.jobs if job.expires_at > now]
        if len(fresh) < len(self.jobs):
            self.out.extend(job.ended(PageState.EXPIRED) for job in self.jobs if job.expires_at <= now)
            self.jobs = deque(fresh)

    def _wait(self, now: float) -> None:
        """Also after a buffer that had shown room was full all the same."""
        if self._room_by is None:
            self._room_by = now + self._s.full_s

    def _room(self, now: float) -> bool:
        return self._space > SPARE and now >= self._full_until

    def _pump(self, now: float) -> None:
        """The next batch, when the one before was read, or should have been, and there is room."""
        keying = self.keying
        if keying is None or keying.cut is not None or self._write_at is not None:
            return
        if not keying.all_written and self._room(now):
            batch, begins = keying.write()
            self._space -= 1
            self._write_at = now + self._s.reply_s
            self._ask(batch, begins, now)

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
            self._dissolve(keying)
            self._none_taken(reason, now)

    def _none_taken(self, reason: int, now: float) -> None:
        """The first batch was refused: nothing of it is on the air."""
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

    def _dissolve(self, keying: Keying) -> None:
        self.keying = None
        self._polls.clear()
        self.jobs.extendleft(reversed(keying.jobs))

    def _over(self, keying: Keying, now: float) -> None:
        self.keying = None
        self._write_at = None
        self._polls.clear()
        self._used_at = now
        self._strangers = 0
        self.out.extend(keying.results())
        self._next(now)

    def _fault(self, code: str, text: str, now: float) -> None:
        self._page_broken = True
        self._reopen(LineTrouble(code, text), now)

    def _fail_all(self, error: TransmitterError) -> None:
        keying, self.keying = self.keying, None
        self._write_at = self._room_by = None
        if keying is not None:
            self._page_broken = self._page_broken or keying.written > keying.taken
            keying.cut = keying.cut or LineTrouble(error.code, error.text, retry=False)
            self.out.extend(keying.results())
        self.out.extend(job.ended(PageState.FAILED, error) for job in self.jobs)
        self.jobs.clear()

    def _written(self) -> int:
        return 0 if self.keying is None else self.keying.written
