"""The board's view: facts and a moment in, words and moods out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import inf
from uuid import uuid4

import pytest

from server.db.board import Answer, BoardFacts, CauseWord, ClosedIncident, DeviceFacts, TransmitterFacts
from server.db.open_incidents import Call, OpenIncident
from server.db.places import Person
from server.rules.rights import Right
from server.web.board.devices import device_lines
from server.web.board.tiles import in_time, median_answer
from server.web.board.view import MANY, Board, board
from server.web.frame.words import Words, read_catalogues
from tests.unit.server.web.factory import NOW

T = Words("en", read_catalogues(), "Europe/Tallinn")
EMPTY = BoardFacts(0, (), (), 0, (), 0, (), (), 0)
OLGA = Person("Olga Smirnova", "OS")


def incident(ago: float = 30.0, **more: object) -> OpenIncident:
    opened = NOW - timedelta(seconds=ago)
    made = OpenIncident(
        id=uuid4(),
        number=7,
        place="Wine",
        button="Button 04",
        purpose="call",
        state="triggered",
        presses=1,
        again=False,
        step=1,
        repeats=0,
        opened_at=opened,
        triggered_at=opened,
        due_at=NOW + timedelta(seconds=10),
        exit_at=opened + timedelta(seconds=90),
        nobody_at=None,
        acknowledged_at=None,
        acknowledged_by=None,
        attended_at=None,
        attended_by=None,
        calls=(),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def call(to: str, state: str = "transmitted", proof: str = "accepted", ago: float = 25.0) -> Call:
    return Call(uuid4(), to, 1, state, proof, NOW - timedelta(seconds=ago))


def shown(*incidents: OpenIncident, wall: bool = False) -> Board:
    return board(replace(EMPTY, open=incidents), None, NOW, T, url="/s/shop", may=frozenset(Right), wall=wall)


def test_nobody_waits() -> None:
    view = shown()
    assert (view.waiting, view.shout, view.many) == ((), None, False)
    assert view.summary == "Nobody is waiting"


def test_a_waiting_card_tells_place_time_and_what_is_known() -> None:
    (card,) = shown(incident(calls=(call("OS"), call("JT")))).waiting
    assert (card.place, card.time, card.mood) == ("Wine", "0:30", "waiting")
    assert card.line.replace("\u00a0", " ") == "Button 04 · OS, JT · accepted by the transmitter"
    assert (card.exit_time, card.exit_over) == ("1:00", False)
    assert card.url == "/s/shop/incidents/7"


@pytest.mark.parametrize(
    ("state", "proof", "words"),
    [
        ("queued", "none", "waiting to be sent"),
        ("ordered", "none", "ordered"),
        ("held", "none", "at the gateway"),
        ("transmitted", "none", "sent"),
        ("transmitted", "on_air", "on the air"),
        ("confirmed", "pager", "on the wrist"),
        ("failed", "none", "not sent"),
        ("unknown", "none", "unclear"),
    ],
)
def test_a_page_is_called_what_it_proved(state: str, proof: str, words: str) -> None:
    (card,) = shown(incident(calls=(call("OS", state, proof),))).waiting
    assert card.line.endswith(words)


def test_of_several_pages_the_best_of_the_last_round_counts() -> None:
    rounds = (call("OS", ago=25), call("JT", "failed", "none", ago=5), call("MK", "held", "none", ago=5))
    (card,) = shown(incident(calls=rounds)).waiting
    assert card.line.endswith("at the gateway")


def test_the_bar_runs_from_the_last_call_to_the_next() -> None:
    (card,) = shown(incident(calls=(call("OS", ago=15),))).waiting
    assert (card.bar_value, card.bar_length) == (15.0, 25.0)
    (card,) = shown(incident(due_at=None)).waiting
    assert card.bar_length == 0.0
    (card,) = shown(incident(due_at=NOW - timedelta(seconds=3))).waiting
    assert card.bar_value == card.bar_length


def test_late_calls_are_deeper_and_say_by_how_much() -> None:
    (card,) = shown(incident(161, step=3, presses=2, again=True)).waiting
    assert (card.mood, card.exit_time, card.exit_over) == ("late", "1:11", True)
    assert card.tags == ("3rd call", "pressed 2 times", "again here")
    (card,) = shown(incident(161, step=2, repeats=3)).waiting
    assert card.tags == ("call 5",)


def test_the_board_shouts_when_nobody_could_be_called() -> None:
    view = shown(incident(nobody_at=NOW), incident(number=8, place="Toys"))
    assert view.shout == "Nobody could be called: Wine"
    assert view.waiting[0].tags == ("nobody could be called",)
    assert view.waiting[0].nobody
    assert not view.waiting[1].nobody


def test_who_is_on_the_way_and_who_is_there() -> None:
    coming = incident(state="acknowledged", acknowledged_at=NOW, acknowledged_by=OLGA)
    there = incident(state="attended", attended_at=NOW - timedelta(seconds=5), attended_by=OLGA)
    view = shown(coming, there)
    assert view.coming[0].line.replace("\u00a0", " ") == "Olga Smirnova · on the way"
    assert (view.there[0].time, view.there[0].mood) == ("0:05", "there")
    wall = shown(coming, there, wall=True)
    assert wall.coming[0].line.startswith("OS")
    assert wall.there[0].line.startswith("OS")


def test_many_shrink() -> None:
    assert not shown(*[incident(number=n) for n in range(MANY)]).many
    assert shown(*[incident(number=n) for n in range(MANY + 1)]).many


def test_what_was_closed() -> None:
    opened = NOW - timedelta(seconds=300)
    line = ClosedIncident(
        3, "Wine", "call", "not_recovered", opened, opened + timedelta(seconds=51), NOW, OLGA
    )
    lost = replace(line, outcome="unanswered", answered_at=None, closed_by=None)
    view = board(
        replace(EMPTY, closed=(line, lost), closed_count=2), None, NOW, T, url="/s/shop", may=frozenset(Right)
    )
    first, second = view.closed
    assert (first.took, first.mood, first.outcome) == ("0:51", "bad", "Not put right")
    assert (first.who.replace("\u00a0", " "), first.at) == ("Olga S.", "14:07")
    assert (second.took, second.who) == ("–", "")
    assert (first.cause, first.confirmed) == ("", False)
    said = replace(line, cause=CauseWord("queue", ""), confirmed=True)
    (third,) = board(replace(EMPTY, closed=(said,)), None, NOW, T, url="/s/shop", may=frozenset(Right)).closed
    assert (third.cause, third.confirmed) == ("Queue", True)


def answer(took: float | None, *, outcome: str | None = "recovered", is_open: bool = False) -> Answer:
    answered = None if took is None else NOW + timedelta(seconds=took)
    return Answer(NOW, NOW + timedelta(seconds=90), answered, is_open, outcome)


def test_the_unanswered_count_in_every_average() -> None:
    assert median_answer([answer(10), answer(20), answer(None, outcome="unanswered")]) == 20
    assert median_answer([answer(10), answer(None), answer(None)]) == inf
    assert in_time([answer(10), answer(95), answer(None), answer(90)]) == (0.5, 4)


def test_who_still_waits_or_never_was_there_is_not_counted() -> None:
    waiting, mistake = answer(None, is_open=True, outcome=None), answer(None, outcome="false_press")
    assert median_answer([waiting, mistake]) is None
    assert in_time([waiting, mistake]) == (0.0, 0)


@pytest.mark.parametrize(("usual", "note"), [(None, ""), (4, "+6 vs usual"), (12, "−2 vs usual")])
def test_presses_beside_what_is_usual(usual: int | None, note: str) -> None:
    view = board(replace(EMPTY, presses=10), usual, NOW, T, url="/s/shop", may=frozenset(Right))
    assert (view.tiles[4].value, view.tiles[4].note) == ("10", note)


def test_broken_devices_come_first_and_pagers_are_never_online() -> None:
    lines = device_lines(
        [
            DeviceFacts("Hall", "b", "offline", NOW),
            DeviceFacts("Gate", "g", "online", NOW),
            DeviceFacts("New", "b", "unknown", None),
        ],
        [TransmitterFacts("roof", "gw", "dead", "cable?")],
        14,
        T,
    )
    assert [(line.mood, line.title, line.note) for line in lines] == [
        ("bad", "Transmitter roof is silent", "cable?"),
        ("warn", "Hall", "no connection since 14:07"),
        ("warn", "New", "never seen yet"),
        ("good", "1 device connected", "14 pagers in use"),
    ]
    assert device_lines([], [], 0, T)[0].title == "No devices yet"
