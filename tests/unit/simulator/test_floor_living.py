"""Customers come with a press, wait, are helped, and leave as staff say; the way of the last press is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.clock import FakeClock, VirtualLoop
from simulator.floor.core import FloorCore
from simulator.floor.customers import LEAVES_S, PATIENCE_S, TALK_S
from simulator.floor.events import (
    ClosedBy,
    Deed,
    Did,
    FloorEvent,
    PageArrived,
    PersonIs,
    Pushed,
    Showed,
    UnitIs,
)
from simulator.floor.layout import buttons_of
from simulator.staff import Doing
from tests.unit.simulator.floor_settings import Items, settings


class Floor:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.items = Items()
        core = FloorCore(
            buttons_of(settings(folder)), ["1001"], ["t1"], ["anna"], self.items.put, self, 1_000_000.0
        )
        self.loop: VirtualLoop[FloorEvent] = VirtualLoop(core, self.clock)
        self.loop.start()

    def release(self, contact: str) -> None:
        pass

    @property
    def now(self) -> float:
        return self.clock.boot()

    def happens(self, *events: FloorEvent) -> None:
        for event in events:
            self.loop.put(event)
        self.clock.advance(0.0)

    def customer(self, button: str = "b1.1") -> Any:
        return self.items.now[f"customer:{button}"].get("mood")

    def told(self) -> list[str]:
        return [one["what"] for one in self.items.now["story"]["entries"]]


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


def test_a_press_brings_a_customer_who_waits_and_then_leaves(floor: Floor) -> None:
    assert floor.customer() is None
    floor.happens(Pushed("b1.1", floor.now))
    item = floor.items.now["customer:b1.1"]
    assert item["since"] == round((1_000_000.0 + floor.now) * 1000)
    assert (item["n"], item["mood"], item["patience_s"]) == (1, "waiting", PATIENCE_S)
    floor.clock.advance(PATIENCE_S - 1)
    assert floor.customer() == "waiting"
    floor.clock.advance(2.0)
    assert floor.customer() == "left"
    assert floor.told()[-1] == "customer_left"
    floor.clock.advance(LEAVES_S + 1)
    assert floor.customer() is None


def test_whoever_presses_again_is_the_same_customer(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now), Pushed("b1.1", floor.now))
    assert floor.items.now["customer:b1.1"]["n"] == 1


@pytest.mark.parametrize("event", [Pushed("b1.2", 1.0), Did("b1.1", Deed.DRILL, 1.0), Pushed("b1.9", 1.0)])
def test_a_green_button_a_drill_and_a_key_bring_nobody(floor: Floor, event: FloorEvent) -> None:
    floor.happens(event)
    assert [floor.customer(button) for button in ("b1.1", "b1.2", "b2.1")] == [None, None, None]


@pytest.mark.parametrize(
    ("outcome", "mood"),
    [
        ("recovered", "glad"),
        ("not_recovered", "sorry"),
        ("left_before_contact", "left"),
        ("false_press", "gone"),
    ],
)
@pytest.mark.parametrize("place", ["Dairy", "Wine"])
def test_it_ends_as_staff_say(floor: Floor, place: str, outcome: str, mood: str) -> None:
    button = {"Dairy": "b1.1", "Wine": "b2.1"}[place]
    floor.happens(Pushed(button, floor.now), PersonIs("anna", Doing.WALKING, place, floor.now))
    assert floor.customer(button) == "waiting"
    floor.happens(PersonIs("anna", Doing.TALKING, place, floor.now))
    assert floor.customer(button) == "helped"
    floor.clock.advance(PATIENCE_S * 2)
    assert floor.customer(button) == "helped"
    floor.happens(ClosedBy("anna", place, outcome, floor.now), PersonIs("anna", Doing.IDLE, "", floor.now))
    assert floor.customer(button) == mood
    assert floor.told()[-1] == f"closed_{outcome}"


def test_somebody_who_goes_without_a_word_leaves_no_customer_behind(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now), PersonIs("anna", Doing.TALKING, "Dairy", floor.now))
    floor.happens(PersonIs("anna", Doing.ASKED_HELP, "Dairy", floor.now))
    assert floor.customer() == "helped"
    floor.happens(PersonIs("anna", Doing.IDLE, "", floor.now))
    assert floor.customer() == "gone"


def test_a_press_that_is_taken_back_was_nothing(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now), Showed("b1.1", floor.now, shown="sending"))
    floor.happens(Showed("b1.1", floor.now, shown="undone"))
    assert floor.customer() == "gone"


def test_somebody_from_the_board_helps_unseen(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now))
    for shown in ("called", "coming", "idle"):
        floor.happens(Showed("b1.1", floor.now, shown=shown))
    assert floor.customer() == "helped"
    floor.clock.advance(TALK_S + 0.1)
    assert floor.customer() == "gone"
    assert "customer_left" not in floor.told()


def test_staff_who_are_seen_take_over_from_whoever_was_not(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now), Showed("b1.1", floor.now, shown="coming"))
    floor.happens(
        Showed("b1.1", floor.now, shown="idle"), PersonIs("anna", Doing.TALKING, "Dairy", floor.now)
    )
    floor.clock.advance(TALK_S * 2)
    assert floor.customer() == "helped"


def test_the_way_of_the_newest_press_is_an_item(floor: Floor) -> None:
    assert floor.items.now["way"] == {}
    floor.happens(UnitIs("b1", True, floor.now), Pushed("b1.1", floor.now))
    began = round((1_000_000.0 + floor.now) * 1000)
    floor.clock.advance(0.1)
    floor.happens(Showed("b1.1", floor.now, shown="sending"))
    floor.clock.advance(0.8)
    floor.happens(PageArrived("1001", "DAIRY CALL", "text", 1, floor.now))
    way = floor.items.now["way"]
    assert (way["button"], way["at"], way["pager"]) == ("b1.1", began, "1001")
    assert way["after_ms"] == {"unit": 100, "wrist": 900}


def test_a_push_while_the_light_still_speaks_begins_no_new_way(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now), Showed("b1.1", floor.now, shown="called"))
    before = floor.items.now["way"]
    floor.clock.advance(3.0)
    floor.happens(Pushed("b1.1", floor.now))
    assert floor.items.now["way"] == before
    floor.happens(UnitIs("b1", False, floor.now), UnitIs("b1", True, floor.now), Pushed("b1.1", floor.now))
    assert floor.items.now["way"]["after_ms"] == {}
