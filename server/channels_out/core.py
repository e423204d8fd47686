"""Which letter is tried when, and when it is given up: no thread, clock or network of its own."""

from __future__ import annotations

import logging
import queue
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from server.channels_out.letter import Letter, Outcome, Told, Tried
from server.channels_out.targets import shown

log = logging.getLogger(__name__)

RETRY_AFTER_S = (5.0, 30.0, 120.0)
"""Pause after the first, second, third failed try; the fourth is the last."""
GIVE_UP_S = 600.0
"""No try begins later than this after the letter was written: it would tell of a call long over."""
TRY_S = 10.0
"""All of one try: look-up, connection, TLS, every answer."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The three above in one value: tests of real peers hand in a quicker one."""

    retry_after_s: tuple[float, ...] = RETRY_AFTER_S
    give_up_s: float = GIVE_UP_S
    try_s: float = TRY_S


PACE = Pace()
PLACES = 4
"""Tries at once per kind, one per target: a peer that hangs holds up neither the other kind nor other targets."""
MOST = 1_000
"""Letters under way at once."""
REMEMBERED = 1_000
TELL_AGAIN_S = 1.0

LATE = Outcome(False, "no answer in time")
FULL = "too many letters were waiting"
OLD = "it was too old before it could be tried"

Event = Letter | Tried


class Sender(Protocol):
    """Runs tries. Neither call blocks or raises; the outcome comes back as a `Tried`."""

    def start(self, letter: Letter, number: int) -> None: ...

    def cut(self, notice: UUID, number: int) -> None:
        """This try's time is over; its outcome may still come."""


@dataclass(slots=True)
class _Job:
    letter: Letter
    due: float
    end: float
    tries: int = 0
    late_at: float | None = None
    """While a try runs: when it is cut."""
    error: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        return self.letter.kind, self.letter.target


class ChannelsCore:
    """A `broker_config.loop.Core`. Moments are seconds of the boot clock; `boot` and `utc` translate.

    `told` may raise queue.Full: then it is told again a second later, since a word must not be lost."""

    def __init__(
        self,
        sender: Sender,
        told: Callable[[Told], None],
        *,
        boot: Callable[[datetime], float],
        utc: Callable[[float], datetime],
        pace: Pace = PACE,
    ) -> None:
        self._pace = pace
        self._sender = sender
        self._told = told
        self._boot = boot
        self._utc = utc
        self._jobs: dict[UUID, _Job] = {}
        self._ended: OrderedDict[UUID, Told] = OrderedDict()
        self._untold: deque[Told] = deque()
        self._tell_at = 0.0

    def handle(self, events: Sequence[Event], now: float) -> None:
        for event in events:
            if isinstance(event, Letter):
                self._take(event, now)
            else:
                self._came(event, now)
        for job in list(self._jobs.values()):
            if job.late_at is not None and job.late_at <= now:
                self._sender.cut(job.letter.notice, job.tries)
                self._failed(job, LATE, now)
        for job in list(self._jobs.values()):
            if job.late_at is None and job.end <= now:
                self._finish(job, job.error or OLD, now)
        self._start(now)
        self._tell(now)

    def due(self) -> float | None:
        moments = [self._tell_at] if self._untold else []
        for job in self._jobs.values():
            moments.append(job.end if job.late_at is None else job.late_at)
        moments += [job.due for job in self._startable()]
        return min(moments, default=None)

    def _take(self, letter: Letter, now: float) -> None:
        if letter.notice in self._jobs:
            return
        if letter.notice in self._ended:
            self._untold.append(self._ended[letter.notice])  # said before: nothing is sent twice
            return
        # A letter "from the future" was written before the wall clock was set back: it has no more time than others.
        written = min(self._boot(letter.created_at), now)
        job = _Job(letter, due=now, end=written + self._pace.give_up_s)
        if len(self._jobs) >= MOST:
            self._finish(job, FULL, now)
        else:
            self._jobs[letter.notice] = job

    def _came(self, tried: Tried, now: float) -> None:
        job = self._jobs.get(tried.notice)
        if job is None:
            return
        running = job.late_at is not None and tried.number == job.tries
        if tried.outcome.ok:  # also of a try that was given up: it is sent, whatever we thought
            if not running and job.late_at is not None:
                self._sender.cut(tried.notice, job.tries)
            self._finish(job, None, now)
        elif running:
            self._failed(job, tried.outcome, now)

    def _failed(self, job: _Job, outcome: Outcome, now: float) -> None:
        job.late_at = None
        job.error = outcome.error
        if outcome.final or job.tries > len(self._pace.retry_after_s):
            self._finish(job, outcome.error, now)
            return
        job.due = now + self._pace.retry_after_s[job.tries - 1]
        if job.due >= job.end:
            self._finish(job, outcome.error, now)
            return
        log.warning(
            "notice %s: try %d by %s to %s failed (%s), next in %.0f s",
            *(job.letter.notice, job.tries, job.letter.kind, shown(job.letter.target), outcome.error),
            job.due - now,
            extra={"action": "last_resort.retry"},
        )

    def _finish(self, job: _Job, error: str | None, now: float) -> None:
        letter = job.letter
        self._jobs.pop(letter.notice, None)
        told = Told(letter.notice, error is None, error, self._utc(now), job.tries)
        self._ended[letter.notice] = told
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        self._untold.append(told)
        what = (letter.notice, letter.kind, shown(letter.target), job.tries)
        if error is None:
            log.info("notice %s: sent by %s to %s, try %d", *what, extra={"action": "last_resort.sent"})
        else:
            log.error(
                "notice %s: not sent by %s to %s, tries %d: %s",
                *(*what, error),
                extra={"action": "last_resort.failed"},
            )

    def _start(self, now: float) -> None:
        while ready := [job for job in self._startable() if job.due <= now]:
            job = min(ready, key=lambda each: each.due)
            job.tries += 1
            job.late_at = now + self._pace.try_s
            self._sender.start(job.letter, job.tries)

    def _startable(self) -> list[_Job]:
        """Those that wait for nothing but their moment."""
        running = [job.place for job in self._jobs.values() if job.late_at is not None]
        busy, used = set(running), Counter(kind for kind, _ in running)
        return [
            job
            for job in self._jobs.values()
            if job.late_at is None and job.place not in busy and used[job.letter.kind] < PLACES
        ]

    def _tell(self, now: float) -> None:
        while self._untold:
            try:
                self._told(self._untold[0])
            except queue.Full:
                self._tell_at = now + TELL_AGAIN_S
                return
            self._untold.popleft()
