"""One transmission of several pages through an MMDVM modem, and what may be said of each when it is over. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.pocsag_mmdvm import frames
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.pocsag.packing import BATCH_BITS, Call, pack, seconds
from pager_gateway.transmitter import SubmitResult

BAUD = 1200
"""Of every MMDVM modem."""
BATCH_S = BATCH_BITS / BAUD
SHORT_S = 0.15
"""A carrier that is gone so much before its time has not carried every batch: one was lost on the line, and the modem
has no word for that."""
LAST_S = 0.05
"""The carrier must have been seen so long after a transmission without one of its batches would have ended."""


@dataclass(frozen=True, slots=True)
class Job:
    """One page as codewords."""

    key: UUID
    call: Call
    expires_at: float = float("inf")

    def ended(self, state: PageState, error: TransmitterError | None = None) -> SubmitResult:
        proof = Proof.ON_AIR if state is PageState.TRANSMITTED else Proof.NONE
        return SubmitResult(self.key, state, proof, None if error is None else error.as_result())


class Keying:
    """From the first batch written to the carrier gone."""

    def __init__(self, jobs: Sequence[Job], preamble_bits: int, now: float) -> None:
        self.jobs = tuple(jobs)
        self._packed = pack([job.call for job in jobs])
        self.batches = [frames.batch(words) for words in self._packed.batches]
        self.seconds = seconds(len(self.batches), BAUD, preamble_bits)
        self.began_at = now
        self.written = self.begun = 0
        self.taken = 0
        """So many batches the modem has read: it answered a question that was asked behind them."""
        self.up_at: float | None = None
        self.seen_at: float | None = None
        """When the carrier was first and last seen up."""
        self.cut: TransmitterError | None = None
        """Why the rest is not sent."""

    @property
    def all_written(self) -> bool:
        return self.written == len(self.batches)

    def write(self) -> tuple[bytes, tuple[UUID, ...]]:
        """The next batch, and the pages that begin in it."""
        number = self.written
        self.written += 1
        if number < self.begun:
            return self.batches[number], ()
        self.begun = self.written
        begins = zip(self.jobs, self._packed.begins, strict=True)
        return self.batches[number], tuple(job.key for job, first in begins if first == number)

    def taken_back(self) -> None:
        """The modem refused the last one, and nothing else is under way."""
        self.written -= 1

    def carrier_gone(self, now: float) -> None:
        """Look whether all of it was on the air, as far as a host can know."""
        end = self.began_at + self.seconds
        if self.cut is not None:
            return
        if not self.all_written:
            self.cut = _doubt("broken", "the carrier fell before everything was written")
        elif now < end - SHORT_S:
            self.cut = _doubt("too-short", "the carrier was up too short: some of it was lost on the line")
        elif (self.seen_at or 0.0) - (self.up_at or 0.0) < self.seconds - BATCH_S + LAST_S:
            self.cut = _doubt("not-seen", "the end of the transmission was not seen")

    def results(self) -> Iterator[SubmitResult]:
        """Pages of which nothing was written have certainly not been on the air."""
        for job, first in zip(self.jobs, self._packed.begins, strict=True):
            if self.cut is None:
                yield job.ended(PageState.TRANSMITTED)
            elif first >= self.begun:
                yield job.ended(PageState.FAILED, LineTrouble(self.cut.code, self.cut.text))
            else:
                yield job.ended(PageState.UNKNOWN, self.cut)


def _doubt(code: str, text: str) -> LineTrouble:
    """Not tried again on the same box: it could ring the pager once more."""
    return LineTrouble(code, text, retry=False)
