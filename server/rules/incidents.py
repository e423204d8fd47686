"""The life of an incident: its states, its moves, its outcomes. A pair that is not in the table is refused."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    ATTENDED = "attended"
    CLOSED = "closed"


class Event(StrEnum):
    PRESSED_AGAIN = "pressed_again"
    ACKNOWLEDGE = "acknowledge"
    PASS_ON = "pass_on"
    NEED_HELP = "need_help"
    ARRIVE = "arrive"
    CLOSE = "close"
    CONFIRM = "confirm"
    """The customer's own green press while staff is there."""
    UNDO = "undo"
    NOT_ATTENDED = "not_attended"
    """Acknowledged, but nobody arrived within the policy's time."""
    ASK_TO_CLOSE = "ask_to_close"
    """Attended for a long time: somebody forgot to say how it ended."""
    FORGOTTEN = "forgotten"


class Outcome(StrEnum):
    RECOVERED = "recovered"
    RECOVERED_BY_CUSTOMER = "recovered_by_customer"
    """The customer's own green press said so; counted apart from the staff's word."""
    NOT_RECOVERED = "not_recovered"
    LEFT_BEFORE_CONTACT = "left_before_contact"
    FALSE_PRESS = "false_press"
    ABUSE = "abuse"
    DRILL = "drill"
    UNANSWERED = "unanswered"
    NOT_RECORDED = "not_recorded"


SAID_BY_STAFF = (
    Outcome.RECOVERED,
    Outcome.NOT_RECOVERED,
    Outcome.LEFT_BEFORE_CONTACT,
    Outcome.FALSE_PRESS,
    Outcome.ABUSE,
)
"""What a person may choose at close; a drill is always closed as `drill`."""

MOVES: dict[tuple[State, Event], State] = {
    (State.TRIGGERED, Event.PRESSED_AGAIN): State.TRIGGERED,
    (State.TRIGGERED, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.TRIGGERED, Event.PASS_ON): State.TRIGGERED,
    (State.TRIGGERED, Event.NEED_HELP): State.TRIGGERED,
    (State.TRIGGERED, Event.ARRIVE): State.ATTENDED,
    (State.TRIGGERED, Event.CLOSE): State.CLOSED,
    (State.TRIGGERED, Event.UNDO): State.CLOSED,
    (State.TRIGGERED, Event.FORGOTTEN): State.CLOSED,
    (State.ACKNOWLEDGED, Event.PRESSED_AGAIN): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Event.PASS_ON): State.TRIGGERED,
    (State.ACKNOWLEDGED, Event.NEED_HELP): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Event.ARRIVE): State.ATTENDED,
    (State.ACKNOWLEDGED, Event.CLOSE): State.CLOSED,
    (State.ACKNOWLEDGED, Event.UNDO): State.CLOSED,
    (State.ACKNOWLEDGED, Event.NOT_ATTENDED): State.TRIGGERED,
    (State.ATTENDED, Event.NEED_HELP): State.ATTENDED,
    (State.ATTENDED, Event.CLOSE): State.CLOSED,
    (State.ATTENDED, Event.CONFIRM): State.CLOSED,
    (State.ATTENDED, Event.ASK_TO_CLOSE): State.ATTENDED,
    (State.ATTENDED, Event.FORGOTTEN): State.CLOSED,
}


class WrongMove(Exception):
    """This cannot happen to an incident in this state; `state` is what it is in."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"{event} is not possible while {state}")
        self.state = state
        self.event = event


def move(state: State, event: Event) -> State:
    """The state after `event`. Raises WrongMove."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise WrongMove(state, event) from None
