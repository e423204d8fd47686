"""One transmission through an MMDVM modem, fed while it is on the air, and what may be said of each page. Pure.

A page is proven when two things are known. The modem had every batch of it: its own count of what it holds, and what
its radio must have drawn by then, are together all that was ever written. And the carrier was still up when the word
that ends the page had left the antenna."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.pocsag_mmdvm import frames
from pager_gateway.drivers.pocsag_mmdvm.carrier import BATCH_S, Beat
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.pocsag.feed import Feed
from pager_gateway.pocsag.packing import SLOTS, Call
from pager_gateway.transmitter import SubmitResult

SHORT_S = 0.15
"""A carrier that is gone so much before its time has not carried every batch: one was lost on the line, and the modem
has no word for that."""
LAST_S = 0.05
"""The carrier must have been seen so long after a transmission without one of its batches would have ended."""
MARGIN_S = 0.02
"""A page has left the antenna so long after its last bit should have."""
LATER_S = 0.001
"""A question right at that moment would come too early by a rounding."""
SILENT_S = 0.6
"""So long after the first batch the second one is early enough for any preamble."""
JITTER_S = 0.15
"""A carrier that rises while one batch was written rises with that one. The way to the modem is at most so much longer
for it than for any other, however late the answers are."""
SETTLES_S = 0.05
"""A batch that comes after the radio wanted it, or one before it that is missing, is in the buffer for a moment, though
the beat says that it left."""


@dataclass(frozen=True, slots=True)
class Job:
    """One page as codewords."""

    key: UUID
    call: Call
    expires_at: float = float("inf")
    priority: int = 2

    def ended(self, state: PageState, error: TransmitterError | None = None) -> SubmitResult:
        proof = Proof.ON_AIR if state is PageState.TRANSMITTED else Proof.NONE
        return SubmitResult(self.key, state, proof, None if error is None else error.as_result())


@dataclass(frozen=True, slots=True)
class Placed:
    """A page of this transmission: the batch that it begins in, how many batches carry it and the word that ends it,
    and when that word is out, counted from the carrier's rise."""

    job: Job
    first: int
    needs: int
    over_s: float


class Keying:
    """From the first batch written to the carrier gone. `capacity`: batches that the modem's empty buffer holds."""

    def __init__(self, beat: Beat, capacity: int, now: float) -> None:
        self.beat = beat
        self._capacity = capacity
        self._feed = Feed()
        self._batches: list[tuple[bytes, tuple[UUID, ...]]] = []
        self._serials: list[int] = []
        """Of the writes of its batches, as the session counts them."""
        self.pages: list[Placed] = []
        """Those without a result."""
        self.began_at = now
        self.begun = 0
        """So many batches were written once, even if the modem had no room for the last."""
        self.taken = 0
        """So many batches the modem has read: it answered a question that was asked behind them."""
        self.proven = 0
        """So many batches it has certainly taken."""
        self.up_at: float | None = None
        self.seen_at: float | None = None
        """When the carrier was first and last seen up."""
        self.cut: TransmitterError | None = None
        """Why the rest is not sent."""
        self._rose_by = now
        """The carrier was up by then, for all that is counted."""
        self._counts_from = now
        self._told_s = 0.0

    # Feeding

    @property
    def open(self) -> bool:
        """Another batch must follow."""
        return self._feed.open

    @property
    def written(self) -> int:
        return len(self._serials)

    @property
    def composed(self) -> int:
        return len(self._batches)

    @property
    def seconds(self) -> float:
        """For how long the carrier is up with what was written."""
        return self.beat.first_s(self.written)

    def next_at(self, lead_s: float) -> float:
        """When the next batch should be written, to be there so long before its first bit."""
        return self.began_at + self.beat.first_s(self.written) - lead_s

    def waits_until(self) -> float:
        """The second batch waits for the carrier, so that it is known what that rose with. When the modem says nothing,
        it can wait for so long."""
        if self.written != 1 or self.up_at is not None:
            return -math.inf
        return math.inf if self.taken else self.began_at + SILENT_S

    def compose(self, jobs: Sequence[Job]) -> list[Job]:
        """One more batch; returns those of the jobs, the first in line first, that stand in no batch yet."""
        number = self._feed.batches
        words, found = self._feed.next([job.call for job in jobs])
        for one in found:
            ends = one.last + 1
            placed = Placed(jobs[one.index], number, ends // SLOTS + 1, self.beat.over_s(ends))
            self.pages.append(placed)
        begins = tuple(jobs[one.index].key for one in found)
        self._batches.append((frames.batch(words), begins))
        placed_at = {one.index for one in found}
        return [job for index, job in enumerate(jobs) if index not in placed_at]

    def write(self, serial: int, now: float) -> tuple[bytes, tuple[UUID, ...]]:
        """The next batch, and the pages that begin in it."""
        number = self.written
        self._serials.append(serial)
        sure = min(number, self.proven)
        if number and now > self.began_at + self.beat.first_s(sure) - self.beat.draws_s:
            self._counts_from = now + SETTLES_S
        data, begins = self._batches[number]
        if number < self.begun:
            return data, ()
        self.begun = self.written
        return data, begins

    def taken_back(self) -> None:
        """The modem refused the last one, and nothing else is under way."""
        self._serials.pop()

    def look_for_its_end(self, now: float) -> None:
        """It is too late to go on with a page when the carrier must have fallen."""
        if self.up_at is not None and now > self.up_at + self.seconds:
            self.cut = _doubt("broken", "the carrier fell before everything was written")

    # What the modem says

    def read_until(self, serial: int) -> None:
        """It answered a question that stood behind this write."""
        self.taken = max(self.taken, bisect_right(self._serials, serial))

    def seen_up(self, space: int, asked: float, now: float) -> None:
        """The carrier is up, and the buffer has so much room; the modem said so between `asked` and now."""
        if self.up_at is None:
            self.up_at = now
            self._rose_by = min(now, self.began_at + JITTER_S) if self.written == 1 else now
        self.seen_at = now
        elapsed = asked - self._rose_by
        held = max(0, self._capacity - space)
        if self.beat.taken_at_most(now - self.began_at, held) < self.taken:
            self.cut = self.cut or _doubt("too-short", "some of it was lost on the line")
        elif asked >= self._counts_from and self.beat.taken_at_least(elapsed, held) == self.written:
            self.proven = self.written

    def over(self, asked: float) -> Iterator[SubmitResult]:
        """Pages that the carrier outlived: it was up after the modem was asked at that moment."""
        if self.up_at is None:
            return
        elapsed, left = asked - self.up_at - MARGIN_S, []
        for page in self.pages:
            if page.needs <= self.proven and page.over_s <= elapsed:
                yield page.job.ended(PageState.TRANSMITTED)
            else:
                left.append(page)
        self.pages = left

    def looks(self) -> Iterator[float]:
        """When a question may prove something more."""
        if self.up_at is not None and self.pages:
            yield self.up_at + min(page.over_s for page in self.pages) + MARGIN_S + LATER_S

    def carrier_gone(self, now: float, *, blind: bool) -> None:
        """Look whether all of it was on the air, as far as a host can know. `blind`: the modem was not heard for long,
        or it is not as we left it: who knows what it did before?"""
        if self.cut is not None:
            return
        if self.open or self.written < self.composed:
            self.cut = _doubt("broken", "the carrier fell before everything was written")
        elif now < self.began_at + self.seconds - SHORT_S:
            self.cut = _doubt("too-short", "the carrier was up too short: some of it was lost on the line")
        elif blind or not (self.proven == self.written or self._seen_to_the_last()):
            self.cut = _doubt("not-seen", "the end of the transmission was not seen")

    def _seen_to_the_last(self) -> bool:
        """Time alone proves the last batch. More that are missing could be as long as a second preamble after a carrier
        that fell unseen."""
        seen_s = (self.seen_at or 0.0) - (self.up_at or 0.0)
        return self.written - self.proven <= 1 and seen_s >= self.seconds - BATCH_S + LAST_S

    def results(self) -> Iterator[SubmitResult]:
        """It is over. Pages of which nothing was written have certainly not been on the air."""
        for page in self.pages:
            if self.cut is None:
                yield page.job.ended(PageState.TRANSMITTED)
            elif page.first >= self.begun:
                yield page.job.ended(PageState.FAILED, LineTrouble(self.cut.code, self.cut.text))
            else:
                yield page.job.ended(PageState.UNKNOWN, self.cut)
        self.pages = []

    def air_s(self, elapsed: float | None = None) -> float:
        """What to tell of its time on the air: all that has begun and was not told yet; None: all that was written."""
        whole = self.written if elapsed is None else min(self.written, max(1, self.beat.begun(elapsed)))
        told, self._told_s = self._told_s, max(self._told_s, self.beat.first_s(whole))
        return self._told_s - told


def _doubt(code: str, text: str) -> LineTrouble:
    """Not tried again on the same box: it could ring the pager once more."""
    return LineTrouble(code, text, retry=False)
