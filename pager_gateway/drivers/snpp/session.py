"""Getting into an SNPP server, staying there, and getting out: everything of the session but the pages.

`dialogue.SnppDialogue` builds on it. The connection is the port's; it comes back by itself, so one whose end was
announced is no trouble until `grace_s` is over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from broker_config.messages import PageState, ResultError
from pager_gateway.drivers.snpp import frames
from pager_gateway.drivers.snpp.frames import Replies, Reply
from pager_gateway.drivers.snpp.jobs import Job, refusal
from pager_gateway.drivers.snpp.settings import SnppSettings
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.transmitter import Health, Output, Probed, Reopen, Write

NEVER = "the port is not open yet"
GREETING = 220
NUDGE_S = 1.0


class State(Enum):
    DOWN = auto()
    AWAY = auto()
    """The server said that it ends the connection, or we asked for a new one."""
    GREETING = auto()
    LOGIN = auto()
    IDLE = auto()
    STEP = auto()
    ASKED = auto()
    """RESEt: whether it is there, and a clean slate after a page that failed half way."""
    LEAVING = auto()


class SnppSession(ABC):
    def __init__(self, settings: SnppSettings) -> None:
        self._s = settings
        self._replies = Replies()
        self.state = State.DOWN
        self.deadline: float | None = None
        self.jobs: deque[Job] = deque()
        self.out: list[Output] = []
        self._health = Health("unknown")
        self._trouble = "port"
        """What a probe calls the last reason why there was no session."""
        self._announced = False
        """The end of this connection is no news: the server or we said so."""
        self._asked = False
        self._served = False
        self._nudged = False
        """We asked, since no greeting came."""
        self._moves: dict[State, Callable[[Reply, float], None]] = {
            State.GREETING: self._greeted,
            State.LOGIN: self._let_in,
            State.STEP: self._stepped,
            State.ASKED: self._answered,
        }
        self._timeouts: dict[State, Callable[[float], None]] = {
            State.AWAY: self._stayed_away,
            State.GREETING: self._not_greeted,
            State.LOGIN: self._silent,
            State.IDLE: self._ask,
            State.STEP: self._no_reply,
            State.ASKED: self._silent,
            State.LEAVING: self._anew,
        }

    @abstractmethod
    def _next(self, now: float) -> None:
        """In, and nothing outstanding."""

    @abstractmethod
    def _stepped(self, reply: Reply, now: float) -> None:
        """The reply to a page's command."""

    @abstractmethod
    def _no_reply(self, now: float) -> None:
        """None came to a page's command."""

    @abstractmethod
    def _again_or(self, state: PageState, error: TransmitterError) -> None:
        """The page in hand from its beginning, or its end."""

    @abstractmethod
    def _fail_all(self, error: LineTrouble) -> None:
        """No page in hand can be sent."""

    def opened(self, now: float) -> None:
        self._replies.clear()
        self._served = self._announced = self._nudged = False
        self._to(State.GREETING, now + NUDGE_S)

    def lost(self, reason: str, now: float) -> None:
        if self._announced:
            self._announced = False
            return
        if self.state is State.STEP and self.jobs[0].step.sends:
            self.jobs[0].doubt = True
        self._to(State.DOWN, None)
        self._dead("port", reason, LineTrouble("port-lost", reason))

    def probe(self, now: float) -> None:
        self._asked = True
        if self.state is State.DOWN or (self.state is State.AWAY and self._health.state == "dead"):
            self._answer(self._trouble, self._health.cause or NEVER)
        elif self.state is State.IDLE:
            self._ask(now)

    def leave(self, now: float) -> None:
        if self.state is State.IDLE:
            self._quit(now)

    def received(self, data: bytes, now: float) -> None:
        for reply in self._replies.feed(data):
            if reply.closes and self.state not in (State.DOWN, State.AWAY):
                self._closed(reply, now)
            elif self.state in self._moves:
                self._moves[self.state](reply, now)

    def tick(self, now: float) -> None:
        if self.deadline is not None and now >= self.deadline:
            self.deadline = None
            self._timeouts[self.state](now)

    def _not_greeted(self, now: float) -> None:
        """A greeting that is there before the port is fully open gets lost in it: so ask once."""
        if self._nudged:
            self._silent(now)
        else:
            self._nudged = True
            self.out.append(Write(frames.RESET))
            self._to(State.GREETING, now + self._s.greet_s)

    def _greeted(self, reply: Reply, now: float) -> None:
        if self._nudged and reply.code == GREETING:
            return  # it was only late: the reply to our question is still to come
        if not reply.good:
            self._turned_away(reply, now)
        elif self._s.level == 2 and self._s.login:
            self.out.append(Write(frames.login(self._s.login, self._s.password.get_secret_value())))
            self._to(State.LOGIN, now + self._s.greet_s)
        else:
            self._let_in(reply, now)

    def _let_in(self, reply: Reply, now: float) -> None:
        """A probe is answered by a question of its own: nobody asked for the greeting."""
        if reply.good:
            self._tell("ready")
            self._next(now)
        else:
            self._turned_away(reply, now)

    def _turned_away(self, reply: Reply, now: float) -> None:
        error = refusal(reply)
        self._dead("refused", error.text, LineTrouble("session", error.text))
        self._to(State.AWAY, now + self._s.mend_s)

    def _closed(self, reply: Reply, now: float) -> None:
        """421, or the answer to our QUIT: the connection is about to end. A page in hand was not taken."""
        if self.state in (State.GREETING, State.LOGIN):
            self._turned_away(reply, now)
            return
        if self.state is State.STEP:
            self._again_or(PageState.FAILED, refusal(reply))
        self._announced = True
        self._to(State.AWAY, now + self._s.grace_s)

    def _stayed_away(self, now: float) -> None:
        """No new connection in time. A server that is merely slow gets another chance by a new one."""
        if self._health.state != "dead":
            self._trouble = "no_answer"
        text = self._health.cause or "the connection ended and does not come back"
        self._dead(self._trouble, text, LineTrouble("port-lost", text))
        self._anew(now)

    def _anew(self, now: float) -> None:
        self._announced = True
        self.out.append(Reopen(self._health.cause or "a new session"))
        self._to(State.AWAY, now + self._s.mend_s)

    def _silent(self, now: float) -> None:
        text = "no answer from the server: address, port, network?"
        self._dead("no_answer", text, LineTrouble("no-answer", text))
        self._to(State.AWAY, now + self._s.mend_s)

    def _quit(self, now: float) -> None:
        self.out.append(Write(frames.QUIT))
        self._to(State.LEAVING, now + self._s.ask_s)

    def _ask(self, now: float) -> None:
        self.out.append(Write(frames.RESET))
        self._to(State.ASKED, now + self._s.ask_s)

    def _answered(self, reply: Reply, now: float) -> None:
        """Any reply: a server that does not know RESEt is there, too."""
        self._alive()
        self._next(now)

    def _alive(self) -> None:
        self._tell("ready")
        self._answer()

    def _dead(self, code: str, text: str, error: LineTrouble) -> None:
        self._trouble = code
        self._tell("dead", text)
        self._answer(code, text)
        self._fail_all(error)

    def _answer(self, code: str | None = None, text: str = "") -> None:
        if self._asked:
            self._asked = False
            self.out.append(Probed(None if code is None else ResultError(code=code, text=text, retry=True)))

    def _to(self, state: State, deadline: float | None) -> None:
        self.state = state
        self.deadline = deadline

    def _tell(self, state: str, cause: str | None = None) -> None:
        health = Health(state, cause)
        if health != self._health:
            self._health = health
            self.out.append(health)
