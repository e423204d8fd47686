"""The common half of drivers that put one page after the other on the line, each a single frame, and then hear a line
of text about it, or nothing at all.

A driver adds `encode` (page -> bytes), and `hear` (bytes -> answers) if its box says anything. Frames carry no number,
so after a reply that did not come the line rests: a late one must not be taken for the reply to the next page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto

from broker_config.messages import PageState, Proof, ResultError, TransmitterAbilities
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import Health, Output, Page, Probed, SubmitResult, Write
from pager_gateway.turns.parts import Answer, Turn, TurnSettings, Verdict

BITS_PER_CHARACTER = 10
DRAIN_S = 0.02
"""For what an adapter still holds when the last character should be out."""


class State(Enum):
    DOWN = auto()
    IDLE = auto()
    SENT = auto()
    RESTING = auto()
    ASKED = auto()


class TurnTransmitter(ABC):
    """A `Transmitter`. `question`: bytes that the box answers with nothing on the air; empty: it has none."""

    question: bytes = b""

    def __init__(self, settings: TurnSettings, abilities: TransmitterAbilities, baudrate: int) -> None:
        self._s = settings
        self.abilities = abilities
        self.batch = 1
        self._character_s = BITS_PER_CHARACTER / baudrate
        self._state = State.DOWN
        self._deadline: float | None = None
        self._turns: deque[Turn] = deque()
        self._out: list[Output] = []
        self._health = Health("unknown")
        self._asked = False
        self._timeouts: dict[State, Callable[[float], None]] = {
            State.IDLE: self._idle_is_over,
            State.SENT: self._sent_is_over,
            State.RESTING: self._next,
            State.ASKED: self._no_answer,
        }
        self._verdicts: dict[Verdict, Callable[[Answer, float], None]] = {
            Verdict.TAKEN: self._taken,
            Verdict.REFUSED: self._refused,
            Verdict.BUSY: self._box_is_busy,
            Verdict.SPOILT: self._spoilt,
        }

    @abstractmethod
    def encode(self, page: Page) -> bytes:
        """The frame of one page. Raises Refused for what this box cannot carry."""

    def hear(self, data: bytes) -> Iterable[Answer]:
        """Bytes of the box, cut anywhere."""
        return ()

    def forget(self) -> None:
        """The port was opened anew: half a line from before is no beginning."""
        return

    @property
    def answers(self) -> bool:
        return self.abilities.proof is not Proof.NONE

    @property
    def busy(self) -> bool:
        return bool(self._turns)

    # What happens from outside

    def submit(self, pages: Sequence[Page], now: float) -> None:
        for page in pages:
            try:
                self._turns.append(Turn(page.id, self.encode(page), page.expires_at))
            except Refused as error:
                failed = SubmitResult(page.id, PageState.FAILED, Proof.NONE, error.as_result())
                self._out.append(failed)
        if self._state is State.DOWN:
            self._fail_all(LineTrouble("port-lost", "the port is closed"))
        elif self._state is State.IDLE:
            self._next(now)

    def opened(self, now: float) -> None:
        """A box that cannot be asked counts as ready while nothing speaks against it."""
        self.forget()
        if self.question:
            self._ask(now)
        else:
            self._tell("ready")
            self._next(now)

    def lost(self, reason: str, now: float) -> None:
        if self._state is State.SENT:
            self._turns[0].doubt = True
        self._to(State.DOWN, None)
        self._tell("dead", reason)
        self._answer_probe("port", reason)
        self._fail_all(LineTrouble("port-lost", reason))

    def received(self, data: bytes, now: float) -> None:
        if self._state is State.DOWN:
            return
        for answer in self.hear(data):
            self._tell("ready")
            self._answer_probe()
            if self._state is State.ASKED:
                self._next(now)
            elif self._state is State.SENT and answer.verdict is not None:
                self._verdicts[answer.verdict](answer, now)
            elif self._state is State.IDLE:
                self._to(State.IDLE, self._quiet_until(now))

    def tick(self, now: float) -> None:
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self._timeouts[self._state](now)

    def due(self) -> float | None:
        return self._deadline

    def outputs(self) -> list[Output]:
        out, self._out = self._out, []
        return out

    # Pages

    def _next(self, now: float) -> None:
        while self._turns and self._turns[0].expires_at <= now:
            self._end(PageState.EXPIRED)
        if self._turns and not (self.question and self._health.state == "dead"):
            self._say(now)
        elif self._turns or self._asked:
            self._ask(now)
        else:
            self._to(State.IDLE, self._quiet_until(now))

    def _say(self, now: float) -> None:
        turn = self._turns[0]
        self._out.append(Write(turn.data, () if turn.begun else (turn.page,)))
        turn.begun = True
        turn.said += 1
        out_s = len(turn.data) * self._character_s
        self._to(State.SENT, now + out_s + (self._s.reply_s if self.answers else DRAIN_S))

    def _sent_is_over(self, now: float) -> None:
        if self.answers:
            self._no_reply(now)
        else:
            self._end(PageState.TRANSMITTED)
            self._rest(self._s.gap_s, now)

    def _taken(self, answer: Answer, now: float) -> None:
        self._end(PageState.TRANSMITTED, Proof.ACCEPTED)
        self._rest(self._s.gap_s, now)

    def _refused(self, answer: Answer, now: float) -> None:
        self._end(PageState.FAILED, error=Refused(answer.code, answer.text))
        self._rest(self._s.gap_s, now)

    def _box_is_busy(self, answer: Answer, now: float) -> None:
        self._end(PageState.FAILED, error=Refused(answer.code, answer.text, retry=True))
        self._rest(self._s.rest_s, now)

    def _spoilt(self, answer: Answer, now: float) -> None:
        if self._turns[0].said > self._s.repeats:
            self._refused(answer, now)
        else:
            self._rest(self._s.gap_s, now)

    def _no_reply(self, now: float) -> None:
        turn = self._turns[0]
        turn.doubt = True
        self._tell("dead", "no reply to a page: cable, power, speed?")
        if turn.said > self._s.repeats:
            text = "no reply to the page: it may or may not be on the air"
            self._end(PageState.UNKNOWN, error=LineTrouble("no-reply", text, retry=False))
        self._rest(self._s.rest_s, now)

    def _rest(self, seconds: float, now: float) -> None:
        if seconds > 0:
            self._to(State.RESTING, now + seconds)
        else:
            self._next(now)

    def _end(
        self, state: PageState, proof: Proof = Proof.NONE, error: TransmitterError | None = None
    ) -> None:
        self._out.append(self._turns.popleft().result(state, proof, error))

    def _fail_all(self, error: LineTrouble) -> None:
        while self._turns:
            self._end(PageState.FAILED, error=error)

    # Whether it is there

    def _quiet_until(self, now: float) -> float | None:
        if self._health.state == "dead":
            return now + (self._s.supervise_s or self._s.mend_s if self.question else self._s.mend_s)
        return now + self._s.supervise_s if self.question and self._s.supervise_s else None

    def _idle_is_over(self, now: float) -> None:
        if self.question:
            self._ask(now)
        else:
            self._tell("unknown")

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


class AskingTransmitter(TurnTransmitter):
    """One whose box has a `question`: it can be probed, and is asked when nothing was heard for a while."""

    def probe(self, now: float) -> None:
        self._asked = True
        if self._state is State.DOWN:
            self._answer_probe("port", self._health.cause or "the port is not open yet")
        elif self._state is State.IDLE:
            self._ask(now)
