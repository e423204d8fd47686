"""One transmission after the other to a box that never answers: all there is to go by is the clock, an argument.

The carrier is taken to be up from the first byte on. Pages have their results when it is down again: the channel is
free then, and nothing can break them any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.pocsag_raw.frames import batch_at, encode, portions
from pager_gateway.drivers.pocsag_raw.settings import RawSettings
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.pocsag.packing import Call, pack
from pager_gateway.transmitter import AirTime, Health, Output, SubmitResult, Write

ENDS_A_PAGE = 8
"""Bytes after a batch until the pager knows that its page is over: a sync word and any word but a message's."""


@dataclass(frozen=True, slots=True)
class Job:
    """A page as codewords."""

    key: UUID
    call: Call
    expires_at: float = float("inf")


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A page of the present transmission. Before byte `begins` nobody hears anything of it; from `heard_at` on its
    pager has all of it."""

    key: UUID
    begins: int
    heard_at: float


@dataclass(slots=True)
class Flight:
    """The transmission that is on the air; what of it the line has."""

    data: bytes
    pages: list[OnItsWay]
    began: float
    down_at: float
    written: int = 0


class RawDialogue:
    """Jobs in; `out` fills with writes, results, health, air time."""

    def __init__(self, settings: RawSettings) -> None:
        self._s = settings
        self._end = bytes.fromhex(settings.end)
        self._bytes_per_s = settings.baud / 8
        self._ahead = settings.ahead_s * self._bytes_per_s
        self._flight: Flight | None = None
        self._closed: str | None = "the port is not open yet"
        """Why, in words; None: it is open."""
        self.out: list[Output] = []

    @property
    def busy(self) -> bool:
        return self._flight is not None

    def opened(self) -> None:
        """The port is all there is to ask: a box that says nothing is well as long as its line is there."""
        self._closed = None
        self.out.append(Health("ready"))

    def lost(self, reason: str, now: float) -> None:
        if reason != self._closed:
            self._closed = reason
            self.out.append(Health("dead", reason))
        self._break_off("port-lost", reason, now)

    def submit(self, jobs: Sequence[Job], now: float) -> None:
        """The last look at what has expired; then the transmission is built, the first job as early as can be."""
        alive = [job for job in jobs if job.expires_at > now]
        for job in jobs:
            if job.expires_at <= now:
                self._result(job.key, PageState.EXPIRED)
            elif self._closed is not None:
                self._result(job.key, PageState.FAILED, LineTrouble("port-lost", self._closed))
        if alive and self._closed is None:
            self._begin(alive, now)

    def tick(self, now: float) -> None:
        flight = self._flight
        if flight is None:
            return
        if flight.written < len(flight.data) and now > flight.began + flight.written / self._bytes_per_s:
            why = "the carrier broke off: this machine stood still for too long"
            self._break_off("stood-still", why, flight.began + flight.written / self._bytes_per_s)
        elif now < flight.down_at:
            self._write(flight, now)
        else:
            self._flight = None
            for page in flight.pages:
                self._result(page.key, PageState.TRANSMITTED)

    def due(self) -> float | None:
        flight = self._flight
        if flight is None:
            return None
        if flight.written == len(flight.data):
            return flight.down_at
        return flight.began + (flight.written - self._ahead / 2) / self._bytes_per_s

    def _begin(self, jobs: Sequence[Job], now: float) -> None:
        made = pack([job.call for job in jobs])
        data = encode(made, inverted=self._s.inverted, end=self._end)
        air_s = made.seconds(self._s.baud)
        pages = [
            self._on_its_way(job, begin, end, now)
            for job, begin, end in zip(jobs, made.begins, made.ends, strict=True)
        ]
        self._flight = Flight(data, pages, now, now + air_s + self._s.spare_s)
        self.out.append(AirTime(air_s))
        self._write(self._flight, now, tuple(job.key for job in jobs))

    def _on_its_way(self, job: Job, begin: int, end: int, began: float) -> OnItsWay:
        """`begin`, `end`: the batches of its first and its last word."""
        over = (batch_at(end + 1) + ENDS_A_PAGE) / self._bytes_per_s
        return OnItsWay(job.key, batch_at(begin), began + over + self._s.spare_s)

    def _write(self, flight: Flight, now: float, begins: tuple[UUID, ...] = ()) -> None:
        """As much as the line may be ahead of the radio. `due` asks for more when half of that is on the air."""
        on_air = (now - flight.began) * self._bytes_per_s
        most = min(int(on_air + self._ahead), len(flight.data))
        for piece in portions(flight.data, flight.written, most):
            self.out.append(Write(piece, begins))
            begins = ()
        flight.written = max(flight.written, most)

    def _break_off(self, code: str, reason: str, at: float) -> None:
        """The transmission will not be whole. What the line did not have yet can be tried again; what was on the air
        before that moment was; the rest may have been."""
        flight, self._flight = self._flight, None
        if flight is None:
            return
        for page in flight.pages:
            if page.heard_at <= at:
                self._result(page.key, PageState.TRANSMITTED)
            elif flight.written <= page.begins:
                self._result(page.key, PageState.FAILED, LineTrouble(code, reason))
            else:
                doubt = f"{reason}; the page may or may not have been on the air"
                self._result(page.key, PageState.UNKNOWN, LineTrouble(code, doubt, retry=False))

    def _result(self, page: UUID, state: PageState, error: TransmitterError | None = None) -> None:
        self.out.append(SubmitResult(page, state, Proof.NONE, None if error is None else error.as_result()))
