"""The common half of drivers that put one page after the other on the line, each a single frame, and then hear a line
of text about it, or nothing at all.

A driver adds `encode` (page -> bytes), and `hear` (bytes -> answers) if its box says anything. Frames carry no number,
so after a reply that did not come the line rests: a late one must not be taken for the reply to the next page."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from broker_config.messages import PageState, Proof, TransmitterAbilities
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import Page, SubmitResult, Write
from pager_gateway.turns.parts import Answer, Turn, TurnSettings, Verdict
from pager_gateway.turns.watch import FLUSH_S, State, TurnWatch

DRAIN_S = 0.02
"""For what an adapter still holds when the last character should be out."""


class TurnTransmitter(TurnWatch):
    """A `Transmitter`, and one whose box has a `question` with `AskingTransmitter`."""

    def __init__(self, settings: TurnSettings, abilities: TransmitterAbilities, baudrate: int) -> None:
        super().__init__(settings, baudrate)
        self.abilities = abilities
        self.batch = 1
        self._turns: deque[Turn] = deque()
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
        """What was said until now is not about the next page: half a line from before is no beginning."""
        return

    @property
    def current(self) -> bytes:
        """The frame that the next verdict is about."""
        return self._turns[0].data if self._state is State.SENT else b""

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
            self._rest(FLUSH_S if self._flushed() else 0.0, now)

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
        if self._unclean and self._flushed():
            self._rest(FLUSH_S, now)
            return
        self.forget()
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
        self._rest(max(self._s.gap_s, answer.rest_s), now)

    def _refused(self, answer: Answer, now: float) -> None:
        self._end(PageState.FAILED, error=Refused(answer.code, answer.text))
        self._rest(self._s.gap_s, now)

    def _box_is_busy(self, answer: Answer, now: float) -> None:
        self._end(PageState.FAILED, error=Refused(answer.code, answer.text, retry=True))
        self._rest(self._s.rest_s, now)

    def _spoilt(self, answer: Answer, now: float) -> None:
        turn = self._turns[0]
        turn.doubt = turn.doubt or answer.doubt
        if turn.said > self._s.repeats:
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
        self._flushed()
        self._unclean = True
        self._rest(self._s.rest_s, now)

    def _end(
        self, state: PageState, proof: Proof = Proof.NONE, error: TransmitterError | None = None
    ) -> None:
        self._out.append(self._turns.popleft().result(state, proof, error))

    def _fail_all(self, error: LineTrouble) -> None:
        while self._turns:
            self._end(PageState.FAILED, error=error)


class AskingTransmitter(TurnTransmitter):
    """One whose box has a `question`: it can be probed, and is asked when nothing was heard for a while."""

    def probe(self, now: float) -> None:
        self._asked = True
        if self._state is State.DOWN:
            self._answer_probe("port", self._health.cause or "the port is not open yet")
        elif self._state is State.IDLE:
            self._ask(now)
