"""What is new must be seen: the tags of a card, the shout of the board."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.db.open_incidents import Call, Note, OpenIncident
from server.db.places import Person
from server.rules.journal import Action
from server.web.board.words import tags
from tests.unit.server.web.factory import NOW
from tests.unit.server.web.test_board_view import OLGA, T, incident, shown


def note(action: Action, by: Person | None = None, **detail: Any) -> Note:
    return Note(uuid4(), action, NOW, 7, by, detail)


def fallback() -> Call:
    return Call(uuid4(), "Office", 1, "transmitted", "accepted", NOW - timedelta(seconds=9), "fallback")


def said(one: OpenIncident, *, wall: bool = False) -> tuple[str, ...]:
    return tuple(tag.replace("\u00a0", " ") for tag in tags(one, T, wall=wall))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"nobody_at": NOW}, ("nobody could be called",)),
        ({"nobody_at": NOW, "calls": (fallback(),)}, ("nobody could be called", "fallback group rang")),
        (
            {"damped": True, "notes": (note(Action.DAMPED, false_presses=3),)},
            ("3 false presses here in 30 min",),
        ),
        ({"damped": True}, ("pressed in fun before",)),
        ({"notes": (note(Action.PASSED_ON, OLGA),)}, ("passed on: Olga S.",)),
        ({"notes": (note(Action.HELP, OLGA),)}, ("help asked for: Olga S.",)),
        ({"notes": (note(Action.NOT_ATTENDED),)}, ("nobody has arrived",)),
        ({"last_resort_at": NOW}, ("last resort (slow)",)),
        ({"stood_in_at": NOW}, ("called by the gateway, the server was silent",)),
        ({"again": True}, ("again here",)),
        ({"quiet": True}, ("quiet call",)),
        ({"state": "attended", "notes": (note(Action.ASKED_TO_CLOSE),)}, ("say how it ended",)),
        ({"state": "acknowledged", "notes": (note(Action.PASSED_ON, OLGA),)}, ()),
        ({"state": "acknowledged", "nobody_at": NOW}, ()),
    ],
)
def test_tags(more: dict[str, Any], words: tuple[str, ...]) -> None:
    assert said(incident(**more)) == words


def test_a_wall_shows_initials() -> None:
    assert said(incident(notes=(note(Action.PASSED_ON, OLGA),)), wall=True) == ("passed on: OS",)


def test_the_board_shouts_and_says_whether_anybody_hears_it() -> None:
    rang = shown(incident(nobody_at=NOW, calls=(fallback(),)))
    assert (rang.shout, rang.shout_note) == (
        "Nobody could be called: Wine",
        "The fallback group rang. Please go.",
    )
    both = shown(incident(nobody_at=NOW, calls=(fallback(),)), incident(nobody_at=NOW, number=8))
    assert both.shout == "Nobody could be called: Wine", "each place once"
    assert both.shout_note == "No pager rang at all. Please go."
    assert shown(incident()).shout_note == ""


def test_the_exit_clock_runs_on_while_somebody_is_on_the_way() -> None:
    (card,) = shown(incident(30, state="acknowledged")).coming
    assert (card.exit_time, card.exit_over) == ("1:00", False)
    (late,) = shown(incident(100, state="acknowledged")).coming
    assert (late.exit_time, late.exit_over) == ("0:10", True)
