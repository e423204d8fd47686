"""A claim: a device that has no identity asks for one, a person confirms that it is the one in hand. Pure.

A person opens it for 15 minutes. The code is spent by the first good request; whoever asked then holds the ticket, and
hears it again while the code would still live: the answer may be lost on its way, and a person may have confirmed
meanwhile. Nobody with another key gets an answer. A button unit is known by a press, which counts only with that
ticket; a gateway by six figures that it and the screen show. Confirmed is not yet granted: the broker is told first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from broker_config.enrolment import CLAIM_MINUTES, ClaimState

OPEN_FOR = timedelta(minutes=CLAIM_MINUTES)
FETCH_FOR = timedelta(hours=1)
"""So long after its end a device may still hear how it ended."""
MOST_OPEN = 10
"""Of one store at a time: more would only help whoever guesses."""


class State(StrEnum):
    OPEN = "open"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


class Event(StrEnum):
    ASK = "ask"
    ASK_AGAIN = "ask_again"
    """By whoever holds the key that it asked with."""
    PRESS = "press"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    GRANT = "grant"


MOVES = {
    (State.OPEN, Event.ASK): State.ASKED,
    (State.OPEN, Event.REFUSE): State.REFUSED,
    (State.ASKED, Event.ASK_AGAIN): State.ASKED,
    (State.ASKED, Event.PRESS): State.ASKED,
    (State.ASKED, Event.CONFIRM): State.CONFIRMED,
    (State.ASKED, Event.REFUSE): State.REFUSED,
    (State.CONFIRMED, Event.ASK_AGAIN): State.CONFIRMED,
    (State.CONFIRMED, Event.GRANT): State.GRANTED,
    (State.GRANTED, Event.ASK_AGAIN): State.GRANTED,
}


class Why(StrEnum):
    LATE = "late"
    MOVE = "move"
    """Not in this state: a code that is spent, a press after the end."""
    KEY = "key"
    """Another key than the one that asked first."""
    KIND = "kind"
    """A button unit asked with the code of a gateway, or the other way round."""
    INPUT = "input"
    """It has no such input."""
    NOT_PRESSED = "not_pressed"
    NOT_COMPARED = "not_compared"


class Refused(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Claim:
    kind: str
    expires_at: datetime
    state: State = State.OPEN
    has_inputs: tuple[int, ...] = ()
    pressed_input: int | None = None
    pressed_at: datetime | None = None


Rule = Callable[..., Claim]
"""Any of the functions below that move a claim."""


def state_at(claim: Claim, now: datetime) -> State:
    """What nobody confirmed in time is over. What was confirmed is only not done yet."""
    waits = claim.state in (State.OPEN, State.ASKED)
    return State.EXPIRED if waits and now >= claim.expires_at else claim.state


def ask(claim: Claim, kind: str, inputs: Sequence[int], now: datetime) -> Claim:
    """Raises Refused."""
    new = _moved(claim, Event.ASK, now)
    if kind != claim.kind:
        raise Refused(Why.KIND)
    return replace(new, has_inputs=tuple(sorted(set(inputs))))


def ask_again(claim: Claim, kind: str, now: datetime, *, same_key: bool) -> Claim:
    """Nothing moves. Raises Refused."""
    new = _moved(claim, Event.ASK_AGAIN, now)
    if now >= claim.expires_at:  # also of what is confirmed: a code lives no longer
        raise Refused(Why.LATE)
    if not same_key:
        raise Refused(Why.KEY)
    if kind != claim.kind:
        raise Refused(Why.KIND)
    return new


def press(claim: Claim, number: int, now: datetime) -> Claim:
    """Raises Refused. The last one counts: that is what the screen asks about."""
    new = _moved(claim, Event.PRESS, now)
    if claim.kind != "b":
        raise Refused(Why.KIND)
    if claim.has_inputs and number not in claim.has_inputs:
        raise Refused(Why.INPUT)
    return replace(new, pressed_input=number, pressed_at=now)


def confirm(claim: Claim, now: datetime, *, compared: bool) -> Claim:
    """`compared`: a person says that the figures are the same. Raises Refused."""
    new = _moved(claim, Event.CONFIRM, now)
    if claim.kind == "b" and claim.pressed_at is None:
        raise Refused(Why.NOT_PRESSED)
    if claim.kind != "b" and not compared:
        raise Refused(Why.NOT_COMPARED)
    return new


def refuse(claim: Claim, now: datetime) -> Claim:
    return _moved(claim, Event.REFUSE, now)


def grant(claim: Claim, now: datetime) -> Claim:
    return _moved(claim, Event.GRANT, now)


def told(claim: Claim, now: datetime) -> ClaimState | None:
    """What the device hears; None: its ticket is too old for an answer."""
    if now >= claim.expires_at + FETCH_FOR:
        return None
    return {
        State.GRANTED: ClaimState.GRANTED,
        State.REFUSED: ClaimState.REFUSED,
        State.EXPIRED: ClaimState.EXPIRED,
    }.get(state_at(claim, now), ClaimState.WAITING)


def _moved(claim: Claim, event: Event, now: datetime) -> Claim:
    state = state_at(claim, now)
    if state is State.EXPIRED:
        raise Refused(Why.LATE)
    new = MOVES.get((state, event))
    if new is None:
        raise Refused(Why.MOVE)
    return replace(claim, state=new)
