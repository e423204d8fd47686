"""Pages into batches for an MMDVM modem, each when the modem needs it: what waits, what is under way, what comes next.

`dialogue.MmdvmDialogue` builds on it. No I/O: `out` fills with writes and results."""

from __future__ import annotations

import math
from collections import deque

from broker_config.messages import PageState
from pager_gateway.drivers.pocsag_mmdvm import frames, words
from pager_gateway.drivers.pocsag_mmdvm.carrier import Beat
from pager_gateway.drivers.pocsag_mmdvm.keying import Job, Keying
from pager_gateway.drivers.pocsag_mmdvm.session import MmdvmSession
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.transmitter import AirTime

SPARE = 1
"""Room for so many batches is left alone, as the protocol asks."""
COUNTED_S = 0.15
"""A batch comes so long before the modem draws it, to be seen in its buffer: nothing else says that it was taken."""
JOIN_S = 0.25
"""A page that comes later than so long before the carrier's end waits for the next one: it might come too late."""
LONGEST_S = 60.0
"""A carrier that is up for so long takes no further page, so that two clocks do not drift apart, and a radio rests."""


class MmdvmFeeding(MmdvmSession):
    def __init__(self, settings: MmdvmSettings) -> None:
        super().__init__(settings)
        self.jobs: deque[Job] = deque()
        """Pages that stand in no batch yet, the first in line first."""
        self.keying: Keying | None = None
        self._space = 0
        self._on_air = False
        self._write_at: float | None = None
        """The last batch is under way: the next one waits for the answer behind it, or until then."""
        self._feed_at: float | None = None
        """When the next batch is wanted."""
        self._room_by: float | None = None
        self._full_until = 0.0
        """It had no room a moment ago, whatever it says."""
        self._used_at = 0.0

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
            beat = Beat(frames.preamble_bits(self._s), self.protocol)
            self.keying = Keying(beat, self._space, now)
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
        """The next batch, when it is wanted, the one before was read, or should have been, and there is room."""
        keying, self._feed_at = self.keying, None
        if keying is None or keying.cut is not None or self._write_at is not None:
            return
        again = keying.written < keying.composed
        if not again and not self._wanted(keying, now):
            return
        if not self._room(now) or not (again or self._compose(keying, now)):
            return
        self.serial += 1
        batch, begins = keying.write(self.serial, now)
        self._space -= 1
        self._write_at = now + self._s.reply_s
        self._ask(batch, begins, now)

    def _wanted(self, keying: Keying, now: float) -> bool:
        """Whether there is something for another batch, and the modem should have it by now."""
        if not (keying.open or self.jobs):
            return False
        wanted = keying.next_at(max(self._s.lead_s, keying.beat.draws_s + COUNTED_S))
        moment = max(wanted, keying.waits_until())
        if now < moment < math.inf:
            self._feed_at = moment
        return now >= moment

    def _compose(self, keying: Keying, now: float) -> bool:
        if keying.open:
            keying.look_for_its_end(now)
        elif now > keying.began_at + keying.seconds - JOIN_S:
            return False
        self._expire(now)
        offered = [] if keying.seconds > LONGEST_S else list(self.jobs)
        if keying.cut is not None or not (keying.open or offered):
            return False
        left = keying.compose(offered)
        if offered:
            self.jobs = deque(left)
        return True

    def _dissolve(self, keying: Keying) -> None:
        """Nothing of it was taken: its pages are first in line again."""
        self.keying = None
        self.jobs.extendleft(page.job for page in reversed(keying.pages))

    def _tell_air(self, seconds: float) -> None:
        if seconds > 0:
            self.out.append(AirTime(seconds))

    def _over(self, keying: Keying, now: float) -> None:
        self.keying = None
        self._write_at = self._feed_at = None
        self._used_at = now
        self._tell_air(keying.air_s())
        self.out.extend(keying.results())
        self._next(now)

    def _fail_all(self, error: TransmitterError) -> None:
        """What the modem has goes on the air without us."""
        keying, self.keying = self.keying, None
        self._write_at = self._feed_at = self._room_by = None
        if keying is not None:
            self._page_broken = self._page_broken or keying.written > keying.taken
            keying.cut = keying.cut or LineTrouble(error.code, error.text, retry=False)
            self._tell_air(keying.air_s())
            self.out.extend(keying.results())
        self.out.extend(job.ended(PageState.FAILED, error) for job in self.jobs)
        self.jobs.clear()
