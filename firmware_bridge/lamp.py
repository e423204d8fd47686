"""Pure: what one button shows, out of what the unit knows by itself and what server and stand-in said."""

from __future__ import annotations

from uuid import UUID

from broker_config.messages import Light, LightState, ReceiptResult, StandInState
from firmware_bridge.lamp_moves import LASTS_S, SHOWS, WAITING, Heard, Own, move
from firmware_bridge.light import Shown

ANSWER_S = 10.0
"""Without receipt or stand-in for this long, the customer is told that nobody could be called."""
ANSWER_NOT_KEPT_S = 2.0
"""The same for a press that no disk holds: the customer has seen nothing yet."""
STOOD_IN_S = 60.0
"""A press this soon after the stand-in called is one with it: the keeper answers only the first of them."""
IDENTIFY_S = 5.0
UNDONE_S = 1.5

_CALLED = frozenset({Shown.CALLED, Shown.COMING})
"""Said by the server and still true when the same button is pressed again."""
_RECEIPTS = {
    ReceiptResult.STORED: Heard.STORED,
    ReceiptResult.LATE: Heard.LATE,
    ReceiptResult.REFUSED: Heard.REFUSED,
}


class Lamp:
    """One button's light. What the unit itself says (`lamp_moves`) covers the server's word until it ends.

    All moments are boot seconds."""

    def __init__(self, now: float) -> None:
        self.shown = Shown.IDLE
        self.since = now
        self._told: tuple[str, int] | None = None
        self._server = Shown.IDLE
        self._server_until: float | None = None
        self._own = Own.NOTHING
        self._own_until: float | None = None
        self._press: UUID | None = None
        self._before = Shown.IDLE
        """The server's word when the press came: of somebody else's call, if any."""
        self._under: tuple[UUID | None, Shown] = (None, Shown.IDLE)
        """The same of the press before it: both may be taken back at once."""
        self._answer_by: float | None = None
        self._stood_in: float | None = None
        self._identify_until: float | None = None
        self._undone_until: float | None = None
        self._counting = False

    def pressed(self, press: UUID, pushed: float, now: float, *, kept: bool = True) -> None:
        """A press is on the disk; or it is not (`kept`), and the lamp is dark until somebody else has it."""
        self._under = (self._press, self._before)
        self._press, self._answer_by = press, pushed + (ANSWER_S if kept else ANSWER_NOT_KEPT_S)
        self._before = self._server
        self._own, self._own_until = Own.SENDING if kept else Own.UNKEPT, None
        self.since = now
        self.advance(now)

    def settled(self, press: UUID, result: ReceiptResult, now: float) -> None:
        """The server's receipt. One for an older press of this button changes nothing that is seen."""
        if press != self._press:
            return
        self._answer_by = None
        # a word that came after the press says more than a receipt
        answered = self._own is Own.NOTHING and self._server is not Shown.IDLE
        self._hear(_RECEIPTS[result], now, called=self._server in _CALLED or answered)

    def taken_back(self, press: UUID, now: float) -> bool:
        """The press was undone. False: the lamp speaks of another one, and nothing changes.

        Dark at once, until the server's next word: what it said of this press is not meant any more. What it had
        said before, of a call that goes on, is."""
        if press != self._press:
            return False
        self._answer_by = self._stood_in = None
        called = {self._before, self._server} <= _CALLED
        (self._press, self._before), self._under = self._under, (None, Shown.IDLE)
        self._hear(Heard.TAKEN_BACK, now, called=called)
        return True

    def goes_on(self, press: UUID, now: float) -> None:
        """An older press, which has its receipt, is still meant: back to the server's word."""
        self._press, self._before = press, Shown.IDLE
        self._hear(Heard.GOES_ON, now)

    def stood_in(self, state: StandInState, now: float) -> None:
        """The keeper called somebody for a press of this button, or could not."""
        self._answer_by = None
        if state is StandInState.CALLED:
            self._stood_in = now
        self._hear(Heard.KEEPER_CALLED if state is StandInState.CALLED else Heard.KEEPER_FAILED, now)

    def light(self, message: Light, now: float) -> bool:
        """The server's word. False: it is older than what was heard already."""
        if self._told is not None and message.run == self._told[0] and message.rev <= self._told[1]:
            return False
        self._told = (message.run, message.rev)
        self._server = Shown(message.state.value)
        self._server_until = None if message.for_s is None else now + message.for_s
        idle = message.state is LightState.IDLE
        if not (idle and self._own in WAITING):
            self._answer_by = None
        self._hear(Heard.WORD_IDLE if idle else Heard.WORD, now)
        return True

    def server_gone(self, now: float) -> None:
        """It has been away for so long that its last word may not be true any more."""
        self._server, self._server_until = Shown.IDLE, None
        self._show(now)

    def counting(self, on: bool, now: float) -> None:
        """A second push is held, which soon takes the press back; or not any more."""
        if on is not self._counting:
            self._counting = on
            self._show(now)

    def undone(self, now: float) -> None:
        """It was taken back at the button: say so for a moment."""
        self._undone_until = now + UNDONE_S
        self._show(now)

    def identify(self, now: float) -> None:
        self._identify_until = now + IDENTIFY_S
        self._show(now)

    def advance(self, now: float) -> None:
        """End what has run out at `now`."""
        if self._answer_by is not None and now >= self._answer_by:
            self._answer_by = None
            still = self._stood_in is not None and now - self._stood_in < STOOD_IN_S
            self._hear(Heard.KEEPER_CALLED if still else Heard.NO_ANSWER, now)
        if self._own_until is not None and now >= self._own_until:
            self._hear(Heard.RAN_OUT, now)
        if self._server_until is not None and now >= self._server_until:
            self._server, self._server_until = Shown.IDLE, None
        if self._identify_until is not None and now >= self._identify_until:
            self._identify_until = None
        if self._undone_until is not None and now >= self._undone_until:
            self._undone_until = None
        self._show(now)

    def due(self) -> float | None:
        moments = (
            self._answer_by,
            self._own_until,
            self._server_until,
            self._identify_until,
            self._undone_until,
        )
        return min((moment for moment in moments if moment is not None), default=None)

    def _hear(self, heard: Heard, now: float, *, called: bool = False) -> None:
        self._own = move(self._own, heard, called=called)
        lasts = LASTS_S.get(self._own)
        self._own_until = None if lasts is None else now + lasts
        self._show(now)

    def _show(self, now: float) -> None:
        if self._identify_until is not None:
            shown = Shown.IDENTIFY
        elif self._counting:
            shown = Shown.COUNTING
        elif self._undone_until is not None:
            shown = Shown.UNDONE
        else:
            shown = SHOWS.get(self._own, self._server)
        if shown is not self.shown:
            self.shown, self.since = shown, now
