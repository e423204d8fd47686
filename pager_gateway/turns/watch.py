"""Whether a box is there: its health in words, the question that some boxes answer, the rests between words.

`transmitter.TurnTransmitter` builds on it. No I/O: `_out` fills, `_deadline` says when to call again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum, auto

from broker_config.messages import ResultError
from pager_gateway.errors import LineTrouble
from pager_gateway.transmitter import Health, Output, Probed, Write
from pager_gateway.turns.parts import TurnSettings

BITS_PER_CHARACTER = 10
FLUSH_S = 0.3


class State(Enum):
    DOWN = auto()
    IDLE = auto()
    SENT = auto()
    RESTING = auto()
    ASKED = auto()


class TurnWatch(ABC):
    """`question`: bytes that the box answers with nothing on the air; empty: it has none."""

    question: bytes = b""
    flush: bytes = b""
    """Ends whatever half a line the box may still hold; what it says to that is dropped."""

    def __init__(self, settings: TurnSettings, baudrate: int) -> None:
        self._s = settings
        self._character_s = BITS_PER_CHARACTER / baudrate
        self._state = State.DOWN
        self._deadline: float | None = None
        self._out: list[Output] = []
        self._health = Health("unknown")
        self._asked = False
        self._unclean = False
        """The last page got no reply: the line may have been bad, and the flush after it lost, too."""
        self._timeouts: dict[State, Callable[[float], None]] = {
            State.IDLE: self._idle_is_over,
            State.SENT: self._sent_is_over,
            State.RESTING: self._next,
            State.ASKED: self._no_answer,
        }

    @abstractmethod
    def _next(self, now: float) -> None:
        """The line is free: the next page, or wait."""

    @abstractmethod
    def _sent_is_over(self, now: float) -> None:
        """A page is out, and the wait after it is over."""

    @abstractmethod
    def _fail_all(self, error: LineTrouble) -> None:
        """No page in hand can be sent."""

    def tick(self, now: float) -> None:
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self._timeouts[self._state](now)

    def due(self) -> float | None:
        return self._deadline

    def outputs(self) -> list[Output]:
        out, self._out = self._out, []
        return out

    def _flushed(self) -> bool:
        self._unclean = False
        if self.flush:
            self._out.append(Write(self.flush))
        return bool(self.flush)

    def _rest(self, seconds: float, now: float) -> None:
        if seconds > 0:
            self._to(State.RESTING, now + seconds)
        else:
            self._next(now)

    def _quiet_until(self, now: float) -> float | None:
        if self._health.state == "dead":
            return now + (self._s.supervise_s or self._s.mend_s if self.question else self._s.mend_s)
        return now + self._s.supervise_s if self.question and self._s.supervise_s else None

    def _idle_is_over(self, now: float) -> None:
        if self.question:
            self._ask(now)
        else:
            self._tell("unknown")
            self._flushed()

    def _ask(self, now: float) -> None:
        self._out.append(Write(self.question))
        self._to(State.ASKED, now + len(self.question) * self._character_s + self._s.ask_s)

    def _no_answer(self, now: float) -> None:
        text = "no answer: cable, power, speed?"
        self._tell("dead", text)
        self._answer_probe("no_answer", text)
        self._fail_all(LineTrouble("no-answer", text))
        self._to(State.IDLE, self._quiet_until(now))

    def _answer_probe(self, code: str | None = None, text: str = "") -> None:
        if self._asked:
            self._asked = False
            self._out.append(Probed(None if code is None else ResultError(code=code, text=text, retry=True)))

    def _to(self, state: State, deadline: float | None) -> None:
        self._state = state
        self._deadline = deadline

    def _tell(self, state: str, cause: str | None = None) -> None:
        health = Health(state, cause)
        if health != self._health:
            self._health = health
            self._out.append(health)
