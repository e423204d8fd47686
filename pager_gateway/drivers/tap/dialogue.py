"""The entry device's side of a TAP dialogue: pages over a session, how often, and when to give up.

A table of moves (state, sign) -> method; what is not in it is dropped, since terminals say more than the standard
asks for. One deviation, on purpose: when no reply comes, the page is not repeated in the same session but after a
goodbye and a new logon. TAP numbers nothing, so a late reply to the first copy would otherwise be taken for the
reply to the next page; and a terminal that forgot the session is found out after one timeout instead of four."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from broker_config.messages import PageState
from pager_gateway.drivers.tap.jobs import Job, cut, gone, late_refusal, no_reply, refusal, words
from pager_gateway.drivers.tap.replies import Line, Sign
from pager_gateway.drivers.tap.session import State, TapSession
from pager_gateway.drivers.tap.settings import TapSettings
from pager_gateway.errors import LineTrouble, Refused
from pager_gateway.transmitter import Write

XOFF_S = 10.0


class TapDialogue(TapSession):
    """Jobs and bytes in; `out` fills with writes, results, health. `character_s` is the line time of a character."""

    def __init__(self, settings: TapSettings, character_s: float = 0.0) -> None:
        super().__init__(settings)
        self._character_s = character_s
        self._promised = False
        self._limit: int | None = None
        """The longest text, as the terminal named it when it cut or refused one."""
        self._paused_until = 0.0
        self._moves: dict[tuple[State, Sign], Callable[[float], None]] = {
            (State.KNOCKING, Sign.PROMPT): self._send_logon,
            (State.KNOCKING, Sign.GO_AHEAD): self._ready,
            (State.LOGON, Sign.PROMPT): self._prompt_again,
            (State.LOGON, Sign.ACK): self._logged_on,
            (State.LOGON, Sign.GO_AHEAD): self._ready,
            (State.LOGON, Sign.NAK): self._logon_refused,
            (State.LOGON, Sign.RS): self._logon_denied,
            (State.LOGON, Sign.DISCONNECT): self._logon_denied,
            (State.WAIT_GO, Sign.GO_AHEAD): self._ready,
            (State.WAIT_GO, Sign.DISCONNECT): self._no_go_ahead,
            (State.READY, Sign.DISCONNECT): self._closed,
            (State.SENT, Sign.ACK): self._accepted,
            (State.SENT, Sign.RS): self._refused,
            (State.SENT, Sign.NAK): self._not_understood,
            (State.SENT, Sign.DISCONNECT): self._thrown_out,
            (State.CLOSING, Sign.DISCONNECT): self._closed,
            (State.CLOSING, Sign.RS): self._taken_back,
        }
        self._timeouts: dict[State, Callable[[float], None]] = {
            State.OFF: self._connect,
            State.KNOCKING: self._knock,
            State.LOGON: self._logon_timeout,
            State.WAIT_GO: self._go_ahead_timeout,
            State.READY: self._idle_timeout,
            State.SENT: self._no_reply,
            State.CLOSING: self._unanswered,
            State.ASKED: self._no_answer,
        }

    # What happens from outside

    def submit(self, jobs: Sequence[Job], now: float) -> None:
        self.jobs.extend(jobs)
        if self.state is State.DOWN:
            self._fail_all(gone("the port is closed"))
        elif self.state is State.OFF:
            self._connect(now)
        elif self.state is State.READY:
            self._next(now)

    def opened(self, now: float) -> None:
        self._replies.clear()
        self._fresh = True
        self._connect(now)

    def lost(self, reason: str, now: float) -> None:
        if self.state is State.SENT:
            self.jobs[0].doubt = True
        self._to(State.DOWN, None)
        self._tell("dead", reason)
        self._answer("port", reason)
        self._fail_all(gone(reason))

    def probe(self, now: float) -> None:
        """A logon is the question: a session that is open and idle is left for it. While something is under way, its
        reply is the answer."""
        self._asked = True
        if self.state is State.DOWN:
            self._answer("port", self._health.cause or "the port is not open yet")
        elif self.state is State.READY and self._s.implied_login and self._s.keep_alive and not self.jobs:
            self._ask(now)
        elif self.state is State.OFF or (
            self.state is State.READY and self._s.implied_login and not self.jobs
        ):
            self._connect(now)
        elif self.state is State.READY and not self.jobs:
            self._goodbye(now)

    def leave(self, now: float) -> None:
        if self.state is State.READY:
            self._goodbye(now)

    def received(self, data: bytes, now: float) -> None:
        for found in self._replies.feed(data):
            if self.state is State.ASKED:
                self._answered(now)
            elif isinstance(found, Line):
                self._line(found, now)
            elif found is Sign.XOFF:
                self._paused_until = now + XOFF_S
            elif found is Sign.XON:
                self._paused_until = 0.0
                if self.state is State.READY and self.jobs:
                    self._next(now)
            else:
                move = self._moves.get((self.state, found))
                if move is not None:
                    move(now)
                self._code = None

    def tick(self, now: float) -> None:
        if self.deadline is not None and now >= self.deadline:
            self.deadline = None
            timeout = self._timeouts.get(self.state)
            if timeout is not None:
                timeout(now)

    # Pages

    def _next(self, now: float) -> None:
        """Logged on and nothing outstanding: the next block, or wait, or go."""
        while self.jobs and self.jobs[0].expires_at <= now:
            self._end(PageState.EXPIRED)
        if not self.jobs:
            self._to(State.READY, self._idle_until(now))
        elif self._paused_until > now:
            self._to(State.READY, self._paused_until)
        elif self._s.keep_alive and self._s.implied_login and self._health.state == "dead":
            self._ask(now)
        elif self._s.pages_per_session is not None and self._served >= self._s.pages_per_session:
            self._goodbye(now)
        else:
            self._send(now)

    def _idle_timeout(self, now: float) -> None:
        if self.jobs:
            self._next(now)
        elif not self._s.implied_login:
            self._goodbye(now)
        elif self._s.keep_alive:
            self._ask(now)
        else:
            self._tell("unknown")

    def _send(self, now: float) -> None:
        job = self.jobs[0]
        block = job.blocks[job.next_block]
        self.out.append(Write(block, () if job.begun else (job.key,)))
        job.begun = True
        self._promised = False
        self._code = self._limit = None
        self._to(State.SENT, now + len(block) * self._character_s + self._s.t3_s)

    def _line(self, line: Line, now: float) -> None:
        self._code = line.code if line.code is not None else self._code
        self._limit = line.number if line.code in (214, 517) else self._limit
        if self.state is State.SENT and line.code is not None and 200 <= line.code < 300:
            self._promised = True
            self.deadline = now + self._s.hold_s
        elif line.code == 111 and self.state in (State.LOGON, State.WAIT_GO, State.SENT):
            self.deadline = now + self._s.t3_s

    def _accepted(self, now: float) -> None:
        job = self.jobs[0]
        self._alive()
        job.next_block += 1
        more = job.next_block < len(job.blocks)
        if more and not job.whole_each:
            self._send(now)
            return
        self._served += 1
        if more:
            job.doubt = True
            self._next(now)
            return
        self._last_accepted = job
        self._end(PageState.TRANSMITTED, cut(self._code, self._limit))
        self._next(now)

    def _refused(self, now: float) -> None:
        self._alive()
        self._end(PageState.FAILED, refusal(self._code, self._limit))
        self._next(now)

    def _not_understood(self, now: float) -> None:
        """Checksum, or an unknown pager on terminals that say NAK for everything; 502: it forgot the logon, or a slow
        one says so of our second logon, and its word on the block is still to come."""
        self._alive()
        code = self._code
        self.jobs[0].doubt = self.jobs[0].doubt or code == 502
        if not self._may_repeat():
            self._end(PageState.FAILED, Refused("nak", words(code, "refused again and again")))
            self._goodbye(now)
        elif code == 502:
            self._goodbye(now)
        else:
            self._send(now)

    def _thrown_out(self, now: float) -> None:
        """The block was not accepted; the rest needs a new logon. A session's natural end costs no repeat. A terminal
        that waited in vain (501) had either lost our block or lost its own reply to it."""
        code = self._code
        natural = self._served > 0 and code in (112, 113)
        self.jobs[0].doubt = self.jobs[0].doubt or code in (501, None)
        if not natural and not self._may_repeat():
            self._end(PageState.FAILED, Refused("thrown-out", words(code, "thrown out again and again")))
        elif self.jobs:
            self.jobs[0].again()
        self._closed(now)

    def _no_reply(self, now: float) -> None:
        self.jobs[0].doubt = True
        self._tell("dead", "no reply to a page")
        if self._promised or not self._may_repeat():
            self._end(PageState.UNKNOWN, no_reply())
        else:
            self.jobs[0].again()
        self._goodbye(now)

    def _taken_back(self, now: float) -> None:
        if self._last_accepted is not None:
            self.out.append(late_refusal(self._last_accepted.key, self._code))
            self._last_accepted = None

    def _may_repeat(self) -> bool:
        self.jobs[0].repeats += 1
        return self.jobs[0].repeats <= self._s.n2

    def _end(self, state: PageState, error: LineTrouble | Refused | None = None) -> None:
        self.out.append(self.jobs.popleft().result(state, error))

    def _fail_all(self, error: LineTrouble) -> None:
        while self.jobs:
            self._end(PageState.FAILED, error)
