"""Getting into a TAP terminal, staying there, and getting out: everything of the session but the pages.

`dialogue.TapDialogue` builds on it. No I/O: `out` fills with writes and health, `deadline` says when to call again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from enum import Enum, auto

from broker_config.messages import ResultError
from pager_gateway.drivers.tap import frames
from pager_gateway.drivers.tap.jobs import Job, words
from pager_gateway.drivers.tap.replies import Replies
from pager_gateway.drivers.tap.settings import TapSettings
from pager_gateway.errors import LineTrouble
from pager_gateway.transmitter import Health, Output, Probed, Reopen, Write

REOPEN_EVERY = 3
"""Dead logons in a row after which the port is opened anew."""
RELOG_S = 1.0
SUSPECT_S = 5.0
"""A logon that has no reply for this long makes a box suspect: it is called dead, and waited for all the same. Ten
seconds after a box fell silent it must be known, and t3 alone is ten."""
NO_GO_AHEAD = "logged on, but no go-ahead: setting go_ahead?"
TROUBLES = {"no-terminal": "no_answer", "no-logon-reply": "no_answer"}
"""What a probe calls the reasons why there is no session; the others are refusals."""


class State(Enum):
    DOWN = auto()
    OFF = auto()
    KNOCKING = auto()
    LOGON = auto()
    WAIT_GO = auto()
    READY = auto()
    SENT = auto()
    CLOSING = auto()
    ASKED = auto()
    """The keep-alive line of a box with implied login went out."""


class TapSession(ABC):
    def __init__(self, settings: TapSettings) -> None:
        self._s = settings
        self._logon = frames.logon(settings.password.get_secret_value(), settings.service, settings.kind)
        self._replies = Replies()
        self.state = State.DOWN
        self.deadline: float | None = None
        self.jobs: deque[Job] = deque()
        self.out: list[Output] = []
        self._code: int | None = None
        """The last three digits that the terminal said since its last control code."""
        self._knocks = self._logons = self._restarts = self._failures = 0
        self._served = 0
        self._prompted = self._fresh = self._asked = self._suspected = False
        self._last_accepted: Job | None = None
        self._health = Health("unknown")

    @abstractmethod
    def _next(self, now: float) -> None:
        """Logged on, and nothing outstanding."""

    @abstractmethod
    def _fail_all(self, error: LineTrouble) -> None:
        """No page in hand can be sent."""

    def _connect(self, now: float) -> None:
        self._served = self._knocks = self._logons = 0
        if self._s.implied_login and self._s.keep_alive and (self._asked or self._health.state != "ready"):
            self._ask(now)
        elif self._s.implied_login and not self._asked:
            if self._health.state == "dead":
                self._tell("unknown")  # only the next page can tell: it must be tried
            self._to(State.READY, None)
            self._next(now)
        else:
            self._knock(now)

    def _knock(self, now: float) -> None:
        """A terminal that is still logged on, from before our crash or because it missed our goodbye, ignores a
        carriage return: so the first knock at a port just opened and the last of each round say goodbye first."""
        if self._knocks >= self._s.n1:
            self._no_session("no-terminal", "no answer: cable, power, speed?", now)
            return
        self._knocks += 1
        stuck = self._fresh or self._knocks == self._s.n1
        self._fresh = False
        self.out.append(Write(frames.GOODBYE + frames.KNOCK if stuck else frames.KNOCK))
        self._to(State.KNOCKING, now + self._s.t1_s)

    def _send_logon(self, now: float) -> None:
        if self._logons >= self._s.logons:
            self._no_session("logon", words(self._code, "the logon is not accepted"), now)
            return
        self._logons += 1
        self._prompted = False
        self.out.append(Write(self._logon))
        self._to(State.LOGON, now + min(SUSPECT_S, self._s.t3_s))

    def _prompt_again(self, now: float) -> None:
        """Either it was queued before our logon, or the terminal did not like that: time tells."""
        if not self._prompted:
            self._prompted = True
            self.deadline = now + self._s.t2_s

    def _logon_refused(self, now: float) -> None:
        self._send_logon(now)

    def _logon_timeout(self, now: float) -> None:
        if self._prompted:
            self._send_logon(now)
        elif self._suspects("no reply to the logon", now):
            return
        elif self._restarts < 1:
            self._restarts += 1
            self._connect(now)
        else:
            self._no_session("no-logon-reply", "no reply to the logon", now)

    def _logon_denied(self, now: float) -> None:
        self._no_session("logon", words(self._code, "thrown out at the logon"), now)

    def _logged_on(self, now: float) -> None:
        if self._s.go_ahead:
            self._to(State.WAIT_GO, now + min(SUSPECT_S, self._s.t3_s))
        else:
            self._ready(now)

    def _go_ahead_timeout(self, now: float) -> None:
        if not self._suspects(NO_GO_AHEAD, now):
            self._no_go_ahead(now)

    def _suspects(self, cause: str, now: float) -> bool:
        """The first half of a wait is over; True: there is a second one."""
        more_s = self._s.t3_s - SUSPECT_S
        if self._suspected or more_s <= 0:
            return False
        self._suspected = True
        self._tell("dead", cause)
        self.deadline = now + more_s
        return True

    def _no_go_ahead(self, now: float) -> None:
        text = NO_GO_AHEAD if self._code in (501, None) else words(self._code, NO_GO_AHEAD)
        self._no_session("no-go-ahead", text, now)

    def _ready(self, now: float) -> None:
        self._to(State.READY, None)
        self._alive()
        self._next(now)

    def _no_session(self, code: str, text: str, now: float) -> None:
        """A box with implied login may be deaf to a knock and take pages all the same."""
        asked = self._asked
        self._answer(TROUBLES.get(code, "refused"), text)
        if asked and self._s.implied_login:
            self._to(State.READY, None)
            self._next(now)
            return
        self._failures += 1
        self._restarts = 0
        self._to(State.OFF, now + self._s.mend_s)
        self._tell("dead", text)
        self._fail_all(LineTrouble(code, text))
        if self._failures % REOPEN_EVERY == 0:
            self.out.append(Reopen(text))

    def _idle_until(self, now: float) -> float | None:
        """How long to stay without pages. A session that is kept is left for a moment now and then: a logon is the
        only question of TAP that tells a living terminal from a dead one."""
        wait_s = self._s.supervise_s if self._s.stay else self._s.idle_s
        if self._s.implied_login:
            if self._s.keep_alive:
                return now + self._s.supervise_s if self._s.supervise_s else None
            return now + self._s.mend_s if self._health.state == "dead" else None
        if self._s.stay and not wait_s:
            return None
        return now + wait_s

    def _ask(self, now: float) -> None:
        self._replies.clear()
        self.out.append(Write(self._s.keep_alive.encode("ascii") + frames.CR))
        self._to(State.ASKED, now + self._s.ask_s)

    def _answered(self, now: float) -> None:
        """Whatever it says: it is there."""
        self._ready(now)

    def _no_answer(self, now: float) -> None:
        text = "no answer: cable, power, speed?"
        self._tell("dead", text)
        self._answer("no_answer", text)
        self._fail_all(LineTrouble("no-terminal", text))
        self._failures += 1
        if self._failures % REOPEN_EVERY == 0:
            self.out.append(Reopen(text))
        self._to(State.READY, now + self._s.mend_s)

    def _goodbye(self, now: float) -> None:
        if self.jobs:
            self.jobs[0].again()
        if not self._s.implied_login:
            self.out.append(Write(frames.GOODBYE))
        self._to(State.CLOSING, now + self._s.closing_s)

    def _closed(self, now: float) -> None:
        self._goodbye_is_over(now, answered=True)

    def _unanswered(self, now: float) -> None:
        """A goodbye without an answer is the first sign of a dead box: look at once, and count it as a knock."""
        self._goodbye_is_over(now, answered=False)

    def _goodbye_is_over(self, now: float, *, answered: bool) -> None:
        self._last_accepted = None
        wait_s = RELOG_S if self._s.log_on_early or self._s.stay else self._s.supervise_s
        if self._s.implied_login and self._health.state == "dead":
            wait_s = self._s.mend_s
        self._to(State.OFF, now + wait_s if wait_s else None)
        if self.jobs or self._asked:
            self._connect(now)
        elif not answered and wait_s and not self._s.implied_login:
            self._served = self._logons = 0
            self._knocks = min(1, self._s.n1 - 1)
            self._knock(now)

    def _to(self, state: State, deadline: float | None) -> None:
        self.state = state
        self.deadline = deadline
        self._suspected = False

    def _alive(self) -> None:
        self._failures = self._restarts = 0
        self._tell("ready")
        self._answer()

    def _answer(self, code: str | None = None, text: str = "") -> None:
        """To whoever asked whether it is there: it is (no code), or the cause why not."""
        if self._asked:
            self._asked = False
            self.out.append(Probed(None if code is None else ResultError(code=code, text=text, retry=True)))

    def _tell(self, state: str, cause: str | None = None) -> None:
        health = Health(state, cause)
        if health != self._health:
            self._health = health
            self.out.append(health)
