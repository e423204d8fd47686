"""Pure: what one button shows, out of what the unit knows by itself and what server and stand-in said."""

from __future__ import annotations

from uuid import UUID

from broker_config.messages import Light, LightState, ReceiptResult, StandInState
from firmware_bridge.light import Shown

ANSWER_S = 10.0
"""Without receipt or stand-in for this long, the customer is told that nobody could be called."""
NOBODY_S = 60.0
"""How long the unit says so by itself; then the next customer finds an idle light."""
STOOD_IN_S = 60.0
"""A press this soon after the stand-in called is one with it: the keeper answers only the first of them."""
IDENTIFY_S = 5.0

_KEPT = frozenset({Shown.CALLED, Shown.COMING})
"""Said by the server and still true when the same button is pressed again."""


class Lamp:
    """One button's light. `own` is what the unit knows by itself; it covers the server's word until it ends.

    All moments are boot seconds."""

    def __init__(self, now: float) -> None:
        self.shown = Shown.IDLE
        self.since = now
        self._told: tuple[str, int] | None = None
        self._server = Shown.IDLE
        self._server_until: float | None = None
        self._own: Shown | None = None
        self._own_until: float | None = None
        self._press: UUID | None = None
        self._before = Shown.IDLE
        """The server's word when the press came: of somebody else's call, if any."""
        self._answer_by: float | None = None
        self._stood_in: float | None = None
        self._identify_until: float | None = None

    def pressed(self, press: UUID, pushed: float, now: float) -> None:
        """A press is on the disk."""
        self._press, self._answer_by = press, pushed + ANSWER_S
        self._before = self._server
        self._say(Shown.SENDING)
        self.since = now
        self.advance(now)

    def settled(self, press: UUID, result: ReceiptResult, now: float) -> None:
        """The server's receipt. One for an older press of this button changes nothing that is seen."""
        if press != self._press:
            return
        self._answer_by = None
        silent = self._own in (None, Shown.SENDING, Shown.NOBODY)
        if result is ReceiptResult.REFUSED:
            self._nobody(now)
        elif silent and result is ReceiptResult.STORED:
            self._say(None if self._server in _KEPT or self._answered() else Shown.RECEIVED)
        elif silent and self._own is not None:
            self._say(None if self._server in _KEPT else Shown.IDLE)
        self._show(now)

    def taken_back(self, press: UUID, now: float) -> bool:
        """The press was undone. False: the lamp speaks of another one, and nothing changes.

        Dark at once, until the server's next word: what it said of this press is not meant any more. What it had
        said before, of a call that goes on, is."""
        if press != self._press:
            return False
        self._press = self._answer_by = self._stood_in = None
        self._say(None if {self._before, self._server} <= _KEPT else Shown.IDLE)
        self._show(now)
        return True

    def goes_on(self, press: UUID, now: float) -> None:
        """An older press, which has its receipt, is still meant: back to the server's word."""
        self._press, self._before = press, Shown.IDLE
        self._say(None)
        self._show(now)

    def stood_in(self, state: StandInState, now: float) -> None:
        """The keeper called somebody for a press of this button, or could not."""
        self._answer_by = None
        if state is StandInState.CALLED:
            self._stood_in = now
            self._say(Shown.CALLED)
        else:
            self._nobody(now)
        self._show(now)

    def light(self, message: Light, now: float) -> bool:
        """The server's word. False: it is older than what was heard already."""
        if self._told is not None and message.run == self._told[0] and message.rev <= self._told[1]:
            return False
        self._told = (message.run, message.rev)
        self._server = Shown(message.state.value)
        self._server_until = None if message.for_s is None else now + message.for_s
        if self._own is not Shown.SENDING or message.state is not LightState.IDLE:
            self._say(None)
            self._answer_by = None
        self._show(now)
        return True

    def identify(self, now: float) -> None:
        self._identify_until = now + IDENTIFY_S
        self._show(now)

    def advance(self, now: float) -> None:
        """End what has run out at `now`."""
        if self._answer_by is not None and now >= self._answer_by:
            self._answer_by = None
            if self._stood_in is not None and now - self._stood_in < STOOD_IN_S:
                self._say(Shown.CALLED)
            else:
                self._nobody(now)
        if self._own_until is not None and now >= self._own_until:
            self._say(Shown.IDLE)
        if self._server_until is not None and now >= self._server_until:
            self._server, self._server_until = Shown.IDLE, None
        if self._identify_until is not None and now >= self._identify_until:
            self._identify_until = None
        self._show(now)

    def due(self) -> float | None:
        return min(
            (
                moment
                for moment in (self._answer_by, self._own_until, self._server_until, self._identify_until)
                if moment is not None
            ),
            default=None,
        )

    def _answered(self) -> bool:
        """Whether the server's word came after the press: then a receipt has nothing to add to it."""
        return self._own is None and self._server is not Shown.IDLE

    def _nobody(self, now: float) -> None:
        self._say(Shown.NOBODY)
        self._own_until = now + NOBODY_S

    def _say(self, own: Shown | None) -> None:
        self._own, self._own_until = own, None

    def _show(self, now: float) -> None:
        shown = self._server if self._own is None else self._own
        if self._identify_until is not None:
            shown = Shown.IDENTIFY
        if shown is not self.shown:
            self.shown, self.since = shown, now
