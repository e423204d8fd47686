"""Pure: what a button's light says by itself, as a table: what it says now, what was heard, what it says then."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from firmware_bridge.light import Shown


class Own(StrEnum):
    """What the unit itself has to say about the last press of a button."""

    NOTHING = "nothing"
    """The server's last word is shown."""
    SENDING = "sending"
    """On this unit's disk, no word from anybody yet."""
    UNKEPT = "unkept"
    """On its way, and on no disk: nothing is claimed, the light is dark."""
    RECEIVED = "received"
    CALLED = "called"
    """The stand-in called somebody."""
    NOBODY = "nobody"
    DARK = "dark"
    """Nothing is claimed until the server's next word."""


class Heard(StrEnum):
    STORED = "stored"
    LATE = "late"
    REFUSED = "refused"
    KEEPER_CALLED = "keeper_called"
    KEEPER_FAILED = "keeper_failed"
    WORD = "word"
    """The server said something of this button."""
    WORD_IDLE = "word_idle"
    NO_ANSWER = "no_answer"
    """Neither receipt nor stand-in in time."""
    RAN_OUT = "ran_out"
    """It was said for long enough, and nobody said it again."""
    TAKEN_BACK = "taken_back"
    GOES_ON = "goes_on"
    """An older press, which has its receipt, is still meant."""


def _rows(heard: Heard, states: Iterable[Own], then: Own) -> dict[tuple[Own, Heard], Own]:
    return {(own, heard): then for own in states}


def _stay(heard: Heard) -> dict[tuple[Own, Heard], Own]:
    return {(own, heard): own for own in Own}


WAITING = (Own.SENDING, Own.UNKEPT)
"""A press of which nothing was heard yet."""
UNANSWERED = (*WAITING, Own.NOBODY)

MOVES: dict[tuple[Own, Heard], Own] = {
    **_stay(Heard.STORED),
    **_rows(Heard.STORED, (Own.NOTHING, *UNANSWERED), Own.RECEIVED),
    **_stay(Heard.LATE),
    **_rows(Heard.LATE, UNANSWERED, Own.DARK),
    **_rows(Heard.REFUSED, Own, Own.NOBODY),
    **_rows(Heard.KEEPER_CALLED, Own, Own.CALLED),
    **_rows(Heard.KEEPER_FAILED, Own, Own.NOBODY),
    **_rows(Heard.WORD, Own, Own.NOTHING),
    **_rows(Heard.WORD_IDLE, Own, Own.NOTHING),
    # said before the press reached the server: the two crossed on the way
    **{(own, Heard.WORD_IDLE): own for own in WAITING},
    **_stay(Heard.NO_ANSWER),
    **_rows(Heard.NO_ANSWER, WAITING, Own.NOBODY),
    **_stay(Heard.RAN_OUT),
    **_rows(Heard.RAN_OUT, (Own.RECEIVED, Own.CALLED, Own.NOBODY), Own.DARK),
    **_rows(Heard.TAKEN_BACK, Own, Own.DARK),
    **_rows(Heard.GOES_ON, Own, Own.NOTHING),
}
"""Every state and everything that can be heard in it."""

WHILE_CALLED: dict[tuple[Own, Heard], Own] = {
    **_rows(Heard.STORED, (Own.NOTHING, *UNANSWERED), Own.NOTHING),
    **_rows(Heard.LATE, UNANSWERED, Own.NOTHING),
    **_rows(Heard.TAKEN_BACK, Own, Own.NOTHING),
}
"""These go before it when the server's last word holds for this press too: somebody is called or coming already."""

LASTS_S: dict[Own, float] = {Own.NOBODY: 60.0, Own.RECEIVED: 120.0, Own.CALLED: 120.0}
"""How long the unit says so when nobody says it again: then the next customer finds a dark light."""

SHOWS: dict[Own, Shown] = {
    Own.SENDING: Shown.SENDING,
    Own.UNKEPT: Shown.IDLE,
    Own.RECEIVED: Shown.RECEIVED,
    Own.CALLED: Shown.CALLED,
    Own.NOBODY: Shown.NOBODY,
    Own.DARK: Shown.IDLE,
}


def move(own: Own, heard: Heard, *, called: bool) -> Own:
    """`called`: the server's last word says that somebody is called or coming, and holds for this press too."""
    return WHILE_CALLED.get((own, heard), MOVES[own, heard]) if called else MOVES[own, heard]
