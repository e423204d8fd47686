"""The host's side of an RF bridge chip: one command at a time, how often, and when to give up. No I/O.

The chip numbers nothing and drops without a word what it does not understand, so a code that gets no answer is sent
again. An answer that was only late would then be taken for the next page's: so an answer counts only when the time on
the air can be over, and after a code that was sent more than once the version is asked for first: its answer comes
after all earlier ones. A firmware without that question is given time instead."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from broker_config.messages import PageState, Proof, ResultError
from pager_gateway.drivers.rf_bridge import frames
from pager_gateway.drivers.rf_bridge.replies import Replies, Reply, Report, Sent, Version
from pager_gateway.drivers.rf_bridge.settings import RfBridgeSettings
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.transmitter import AirTime, Health, Heard, Output, Probed, Reopen, SubmitResult, Write

ASKS = 2
"""So often the version is asked for in a row."""
REOPEN_EVERY = 3
"""Silences in a row after which the port is opened anew."""
SOONEST = 0.9
"""Of the time on the air: the chip's clock is good to a tenth."""
FORGET_S = 10.0
"""An answer that is so late comes no more."""
SILENCE = "no answer: cable, power, 19200 baud, switch S2?"
NO_CODES = frozenset({0, 0xFFFFFF})


class State(Enum):
    DOWN = auto()
    READY = auto()
    ASKED = auto()
    SENT = auto()
    RESTING = auto()
    """The page has its answer, and the chip may still be sending it once more."""


@dataclass(slots=True)
class Job:
    """A page as one command. `air_s`: how long the chip sends it; `least_s`: if its firmware counts one frame less."""

    key: UUID
    frame: bytes
    air_s: float
    least_s: float
    expires_at: float = float("inf")
    sends: int = 0
    soonest: float = 0.0
    over_at: float = 0.0
    """When the air is free of the last send."""


class RfBridgeDialogue:
    """Jobs and bytes in; `out` fills with writes, results, health. `character_s` is the line time of a character."""

    def __init__(self, settings: RfBridgeSettings, character_s: float = 0.0) -> None:
        self._s = settings
        self._character_s = character_s
        self._replies = Replies()
        self.state = State.DOWN
        self.deadline: float | None = None
        self.jobs: deque[Job] = deque()
        self.out: list[Output] = []
        self._health = Health("unknown")
        self._asks = self._failures = 0
        self._wanted = self._confirms = False
        self._owed = 0
        """Answers to earlier pages that may still come."""
        self._owed_since = 0.0

    # What happens from outside

    def submit(self, jobs: Sequence[Job], now: float) -> None:
        self.jobs.extend(jobs)
        if self.state is State.DOWN:
            self._fail_all("the port is closed")
        elif self.state is State.READY:
            self._next(now)

    def opened(self, now: float) -> None:
        self._replies.clear()
        self._owed = self._asks = 0
        self._confirms = False
        if self._s.version:
            self._ask(now)
        else:
            self._next(now)

    def lost(self, reason: str, now: float) -> None:
        self._to(State.DOWN, None)
        self._tell("dead", reason)
        self._answer("port", reason)
        self._fail_all(reason)

    def probe(self, now: float) -> None:
        """While something is under way, its answer will do."""
        self._wanted = True
        if self.state is State.DOWN:
            self._answer("port", self._health.cause or "the port is not open yet")
        elif self.state is State.READY:
            self._next(now)

    def received(self, data: bytes, now: float) -> None:
        for reply in self._replies.feed(data, now):
            self._reply(reply, now)

    def tick(self, now: float) -> None:
        if self.deadline is None or now < self.deadline:
            return
        for reply in self._replies.flush(now):
            self._reply(reply, now)
        if self.deadline is None or now < self.deadline:
            return
        self.deadline = None
        if self.state is State.SENT:
            self._no_answer_to_page(now)
        elif self.state is State.ASKED:
            self._no_version(now)
        elif self.state is State.RESTING:
            self._next(now)
        elif self.state is State.READY:
            self._ask(now)

    # What the chip says

    def _reply(self, reply: Reply, now: float) -> None:
        if isinstance(reply, Report):
            self._report(reply)
        elif isinstance(reply, Version):
            self._version(now)
        elif isinstance(reply, Sent):
            self._sent(now)

    def _report(self, report: Report) -> None:
        """It says nothing about whether the chip hears us."""
        if report.code not in NO_CODES and report.short_us:
            self.out.append(Heard(f"{report.code:06X}", report.short_us))
        if self._s.confirm and self.state is State.READY:
            self.out.append(Write(frames.CONFIRM))
        elif self._s.confirm:
            self._confirms = True

    def _version(self, now: float) -> None:
        if self.state is State.ASKED:
            self._owed = self._asks = 0
            self._alive()
            self._next(now)

    def _sent(self, now: float) -> None:
        if self.state is not State.SENT:
            self._owed = max(0, self._owed - 1)
            if self.state is State.RESTING and not self._owed:
                self._next(now)
            return
        job = self.jobs[0]
        if now < job.soonest or self._still_owed(now):
            self._owed = max(0, self._owed - 1)
            return
        self._alive()
        self._owe(job.sends - 1, now)
        self.out.append(SubmitResult(job.key, PageState.TRANSMITTED, Proof.ON_AIR))
        self.jobs.popleft()
        until = job.over_at if self._s.version else job.over_at + self._s.patience_s
        if self._owed and until > now:
            self._to(State.RESTING, until)
        else:
            self._next(now)

    # What to do next

    def _next(self, now: float) -> None:
        """Nothing is outstanding: a page, a question, or wait."""
        if self._confirms:
            self._confirms = False
            self.out.append(Write(frames.CONFIRM))
        while self.jobs and self.jobs[0].expires_at <= now:
            self._end(PageState.EXPIRED)
        if self.jobs and not self._still_owed(now):
            self._send(now)
        elif self.jobs or self._wanted:
            self._ask(now)
        else:
            if not self._s.version and self._health.state == "dead":
                self._tell("unknown")  # only the next page can tell: it must be tried
            wait_s = self._s.mend_s if self._health.state == "dead" else self._s.supervise_s
            self._to(State.READY, now + wait_s if self._s.version and wait_s else None)

    def _send(self, now: float) -> None:
        job = self.jobs[0]
        written = now + len(job.frame) * self._character_s
        self.out += [Write(job.frame, () if job.sends else (job.key,)), AirTime(job.air_s)]
        if not job.sends:
            job.soonest = written + SOONEST * job.least_s
        job.sends += 1
        job.over_at = written + job.air_s
        self._to(State.SENT, job.over_at + self._s.patience_s)

    def _ask(self, now: float) -> None:
        self._asks += 1
        self.out.append(Write(frames.VERSION))
        self._to(State.ASKED, now + len(frames.VERSION) * self._character_s + self._s.answer_s)

    def _no_answer_to_page(self, now: float) -> None:
        """Dropped as damaged, or sent and the answer lost: nobody knows."""
        job = self.jobs[0]
        if job.sends < self._s.tries and job.expires_at > now:
            self._send(now)
            return
        self._owe(job.sends, now)
        words = f"no answer to a code that was sent {job.sends} times: it may or may not be on the air"
        self._end(PageState.UNKNOWN, LineTrouble("no-reply", words, retry=False))
        self._silent(now)

    def _no_version(self, now: float) -> None:
        if self._asks < ASKS:
            self._ask(now)
        else:
            self._silent(now)

    def _silent(self, now: float) -> None:
        """A page that waits is tried all the same: the firmware may only not know the question."""
        self._asks = 0
        self._failures += 1
        self._tell("dead", SILENCE)
        self._answer("no_answer", SILENCE)
        while self.jobs and self.jobs[0].expires_at <= now:
            self._end(PageState.EXPIRED)
        if self.jobs:
            self._send(now)
            return
        if self._s.version:
            self._to(State.READY, now + self._s.mend_s)
        else:
            self._to(State.RESTING, now + self._s.patience_s)
        if self._failures % REOPEN_EVERY == 0:
            self.out.append(Reopen(SILENCE))

    # Small things

    def _owe(self, answers: int, now: float) -> None:
        self._owed += answers
        self._owed_since = now

    def _still_owed(self, now: float) -> bool:
        """Where nothing can be asked, the time that was given is enough."""
        if not self._s.version or now - self._owed_since > FORGET_S:
            self._owed = 0
        return self._owed > 0

    def _alive(self) -> None:
        self._failures = 0
        self._tell("ready")
        self._answer()

    def _answer(self, code: str | None = None, text: str = "") -> None:
        """To whoever asked whether it is there."""
        if self._wanted:
            self._wanted = False
            self.out.append(Probed(None if code is None else ResultError(code=code, text=text, retry=True)))

    def _tell(self, state: str, cause: str | None = None) -> None:
        health = Health(state, cause)
        if health != self._health:
            self._health = health
            self.out.append(health)

    def _to(self, state: State, deadline: float | None) -> None:
        self.state = state
        self.deadline = deadline

    def _end(self, state: PageState, error: TransmitterError | None = None) -> None:
        """A page that the chip may have taken never ends as if it had certainly not been sent."""
        job = self.jobs.popleft()
        if job.sends and state in (PageState.FAILED, PageState.EXPIRED):
            state = PageState.UNKNOWN
        result = None if error is None else error.as_result()
        self.out.append(SubmitResult(job.key, state, Proof.NONE, result))

    def _fail_all(self, reason: str) -> None:
        while self.jobs:
            self._end(PageState.FAILED, LineTrouble("port-lost", reason))
