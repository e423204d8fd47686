"""The player on a stage that only remembers what was done to it, in virtual time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from simulator.clock import FakeClock, VirtualLoop
from simulator.scenarios.cast import Cast, Casting
from simulator.scenarios.checks import Verdict
from simulator.scenarios.ending import Books, Ending, Light, Look, Spot
from simulator.scenarios.format import Customers, Scenario, Step, Timeline
from simulator.scenarios.player import Ended, Player, Seen, Unread
from simulator.stage import Cable, Network, Power

BUTTONS = (
    Spot("b1.1", "Scales", "Fruit"),
    Spot("b1.2", "Slicer", "Bakery"),
    Spot("b2.1", "Fridge", "Dairy"),
    Spot("b2.2", "Way out", "Entrance", "green"),
)
CAST = Cast(BUTTONS, ("g1",), ("t1",), {"anna": "Anna Kask", "mati": "Mati Tamm"}, {"1001": "Anna Kask"})
NOTHING = Books()
EXPECT = ({"that": "pressed", "at_least": 1},)


class Stage:
    """Remembers."""

    parts: Sequence[str] = ("broker", "server", "g1", "b1", "b2")

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._zero = clock.boot()
        self.done: list[tuple[float, str, str]] = []

    def _note(self, what: str, about: str) -> None:
        self.done.append((round(self._clock.boot() - self._zero, 3), what, about))

    def power(self, part: str, verb: Power) -> None:
        self._note(verb.value, part)

    def network(self, part: str, verb: Network) -> None:
        self._note(verb.value, part)

    def cable(self, transmitter: str, verb: Cable) -> None:
        self._note(verb.value, transmitter)

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None:
        self._note(verb, button)

    def staff(self, on: bool) -> None:
        self._note("staff", "on" if on else "off")

    def away(self, login: str, away: bool) -> None:
        self._note("away" if away else "back", login)


class Played:
    """A timeline being played; the eyes are its own too."""

    def __init__(self, timeline: Timeline, seed: int = 1, books: Seen = NOTHING) -> None:
        self.clock = FakeClock()
        self.stage = Stage(self.clock)
        self.books = books
        self.looks = 0
        self.ended: list[tuple[Ending | None, Sequence[Verdict]]] = []
        self.player = Player(
            timeline,
            seed,
            CAST,
            self.stage,
            self,
            self.clock.boot(),
            done=lambda ending, verdicts: self.ended.append((ending, verdicts)),
        )
        self.loop: VirtualLoop[Seen] = VirtualLoop(self.player, self.clock)
        self.loop.start()

    def look(self) -> None:
        self.looks += 1
        self.loop.put(Look(self.clock.boot(), False, frozenset({"dead"})))

    def read(self, since: float) -> None:
        self.loop.put(self.books)

    def said(self, *words: str) -> list[tuple[float, str, str]]:
        return [one for one in self.stage.done if one[1] in words]


def timeline(lasts: str = "10m", **what: Any) -> Timeline:
    words = {"en": "a", "ru": "b", "et": "c"}
    head = {
        "id": "x",
        "title": words,
        "summary": words,
        "starts": "mon 12:00",
        "lasts": lasts,
        "settles": "1m",
    }
    return Scenario.model_validate({"scenario": head, "expect": EXPECT, **what}).whole


def test_steps_come_at_their_moments_by_the_clock_and_by_the_span() -> None:
    played = Played(
        timeline(
            at=[
                {"at": "12:05", "do": "press", "button": "fridge"},
                {"after": "90s", "do": "power", "part": "server", "verb": "kill"},
                {"after": "2m", "do": "press", "button": "b1.1", "count": 2, "every": "10s"},
                {"after": "3m", "do": "power", "part": "server", "verb": "start"},
            ]
        )
    )
    played.clock.advance(601)
    assert played.stage.done == [
        (0.0, "staff", "on"),
        (90.0, "kill", "server"),
        (120.0, "press", "b1.1"),
        (130.0, "press", "b1.1"),
        (180.0, "start", "server"),
        (300.0, "press", "b2.1"),
    ]
    ending, verdicts = played.ended[0]
    assert ending is not None
    assert [(one.what, one.begins, one.ends) for one in ending.troubles] == [("server", 90.0, 180.0)]
    assert [push.at for push in ending.pushes] == [120.0, 130.0, 300.0]
    assert [one.ok for one in verdicts] == [True]
    assert played.player.progress == 1.0


def test_a_press_that_is_taken_back_is_two_moves_of_one_finger() -> None:
    played = Played(timeline(at=[{"after": "1s", "do": "undo", "button": "Slicer"}]))
    played.clock.advance(10)
    assert played.said("press", "undo") == [(1.0, "press", "b1.2"), (2.5, "undo", "b1.2")]


def test_any_a_is_the_same_button_every_time_and_any_b_is_another() -> None:
    names = ["any A", "any B", "any A", "any C", "any B"]
    casting = Casting(CAST, 4)
    found = [casting.button(Step.model_validate({"after": 1, "do": "press", "button": one})) for one in names]
    assert (found[0], found[1]) == (found[2], found[4])
    assert len({found[0], found[1], found[3]}) == 3
    assert all(one.colour == "red" for one in found)


def test_customers_come_as_the_seed_says() -> None:
    stream = [{"per_hour": 240, "colours": {"red": 1, "green": 1}, "takes_back": 0.2}]
    days = [Played(timeline(customers=stream), seed) for seed in (3, 3, 4)]
    for played in days:
        played.clock.advance(601)
    assert days[0].stage.done == days[1].stage.done != days[2].stage.done
    pressed = days[0].said("press")
    assert 20 <= len(pressed) <= 55
    assert all(at < 540 for at, _, _ in pressed)
    assert {button for _, _, button in pressed} == {one.key for one in BUTTONS}
    assert all(button != "b2.2" for _, _, button in days[0].said("undo"))


def test_a_customer_to_whom_nobody_comes_presses_again() -> None:
    stream = Customers.model_validate({"per_hour": 40, "zone": "Dairy", "patience": ["10s", "20s"]})
    played = Played(timeline(customers=[stream]), 5)
    played.clock.advance(200)
    assert len(played.said("press")) > 0
    alone = len(played.said("press"))
    waiting = Played(timeline(customers=[stream]), 5)
    waiting.loop.put(Light("b2.1", "nobody", waiting.clock.boot()))
    waiting.clock.advance(200)
    assert len(waiting.said("press")) > alone


def test_while_there_is_trouble_the_shop_is_asked_what_it_says_of_itself() -> None:
    played = Played(
        timeline(
            at=[
                {"after": "10s", "do": "cable", "verb": "pull"},
                {"after": "30s", "do": "cable", "verb": "plug"},
            ]
        )
    )
    played.clock.advance(9)
    assert played.looks == 0
    played.clock.advance(51)
    assert played.looks == 4
    played.clock.advance(541)
    ending = played.ended[0][0]
    assert ending is not None
    assert [one.at for one in ending.looks] == [15.0, 20.0, 25.0, 30.0, 600.0]


TROUBLE = [
    {"after": "1s", "do": "power", "part": "gateway", "verb": "freeze"},
    {"after": "1s", "do": "network", "part": "unit", "verb": "cut"},
    {"after": "1s", "do": "cable", "verb": "garble"},
    {"after": "1s", "do": "away", "who": "everybody", "on": True},
]
MENDED = [("thaw", "g1"), ("mend", "b1"), ("clean", "t1"), ("back", "anna"), ("back", "mati")]


@pytest.mark.parametrize("stopped", [True, False])
def test_the_shop_is_left_as_it_was_found(stopped: bool) -> None:
    played = Played(timeline(at=TROUBLE))
    played.clock.advance(20)
    if stopped:
        played.loop.put(Ended())
    played.clock.advance(0 if stopped else 600)
    assert [(what, about) for _, what, about in played.stage.done[-5:]] == MENDED
    assert (played.ended[0][0] is None) == stopped
    played.clock.advance(1000)
    assert len(played.ended) == 1


def test_without_its_books_nothing_is_judged() -> None:
    played = Played(timeline(), books=Unread("the server does not answer"))
    played.clock.advance(601)
    assert played.ended == [(None, ())]
    played = Played(timeline(), books=Look(0.0, True))
    played.clock.advance(640)
    assert played.ended == [(None, ())]


def test_whatever_this_shop_does_not_have_is_said_at_once() -> None:
    found = Casting(CAST, 1).problems(
        timeline(
            at=[
                {"after": 1, "do": "press", "button": "Wine shelf"},
                {"after": 1, "do": "press", "button": "any", "colour": "yellow"},
                {"after": 1, "do": "power", "part": "g9", "verb": "kill"},
                {"after": 1, "do": "cable", "transmitter": "t9", "verb": "pull"},
                {"after": 1, "do": "away", "who": "Olga", "on": True},
                {"after": 1, "do": "away", "who": "Anna Kask", "on": True},
            ],
            customers=[{"per_hour": 1, "zone": "Wine"}],
        )
    )
    assert found == [
        "step 1: there is no red button 'Wine shelf' in this shop",
        "step 2: there is no yellow button 'any' in this shop",
        "step 3: there is no part 'g9'",
        "step 4: there is no transmitter 't9'",
        "step 5: nobody is called 'Olga'",
        "customers 1: there is no red button in zone 'Wine'",
    ]
