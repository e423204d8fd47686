"""The floor's core: every event ends in the item that the page draws, and a vanished visitor lets go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.clock import FakeClock, VirtualLoop
from simulator.finger import CHILD_COUNT
from simulator.floor.core import (
    LONGEST_HOLD_S,
    PAGES_KEPT,
    STORY_KEPT,
    TAKE_BACK_S,
    FloorCore,
)
from simulator.floor.events import (
    BytesSeen,
    Counted,
    Deed,
    Did,
    FloorEvent,
    LetGo,
    LineIs,
    Meaning,
    PageArrived,
    PersonIs,
    Pushed,
    Showed,
    StaffIs,
    UnitIs,
    Way,
)
from simulator.floor.layout import buttons_of
from simulator.floor.line_items import BYTES_KEPT
from simulator.staff import Doing
from simulator.transmitters.base import Trouble
from tests.unit.simulator.floor_settings import Items, settings

KEY = "b1.9"


class Floor:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.items = Items()
        self.released: list[str] = []
        core = FloorCore(
            buttons_of(settings(folder)),
            ["1001", "1002"],
            ["t1"],
            ["anna"],
            self.items.put,
            self,
            1_000_000.0,
        )
        self.loop: VirtualLoop[FloorEvent] = VirtualLoop(core, self.clock)
        self.loop.start()

    def release(self, contact: str) -> None:
        self.released.append(contact)

    @property
    def now(self) -> float:
        return self.clock.boot()

    def happens(self, *events: FloorEvent) -> None:
        for event in events:
            self.loop.put(event)
        self.clock.advance(0.0)

    def item(self, key: str) -> dict[str, Any]:
        return dict(self.items.now[key])

    def story(self) -> list[dict[str, Any]]:
        return list(self.items.now["story"]["entries"])


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


def test_a_fresh_page_finds_every_item(floor: Floor) -> None:
    assert set(floor.items.now) == {
        "button:b1.1", "button:b1.2", "button:b2.1", "pager:1001", "pager:1002", "bytes:t1", "line:t1",
        "story", "staff", "air:t1", "event", "way", "customer:b1.1", "customer:b1.2", "customer:b2.1",
    }  # fmt: skip
    assert floor.item("button:b1.1")["up"] is False
    assert floor.item("line:t1") == {
        "plugged": True, "garbled": False, "slow": False, "troubles": {},
    }  # fmt: skip


def test_a_finger_is_seen_where_the_unit_has_one(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now), Showed("b1.1", floor.now, finger=True))
    assert floor.item("button:b1.1")["held"] is True
    assert floor.item("button:b2.1")["held"] is False
    floor.happens(LetGo("b1.1", floor.now), Showed("b1.1", floor.now))
    assert floor.item("button:b1.1")["held"] is False
    assert [one["what"] for one in floor.story()] == ["pushed"]


def test_a_key_belongs_to_its_button(floor: Floor) -> None:
    floor.happens(Pushed(KEY, floor.now), Showed(KEY, floor.now, finger=True))
    item = floor.item("button:b1.1")
    assert (item["key_held"], item["held"], item["pushes"], item["takeable"]) == (True, False, 0, False)
    assert "button:b1.9" not in floor.items.now
    floor.clock.advance(3.2)
    floor.happens(LetGo(KEY, floor.now), Showed(KEY, floor.now))
    assert floor.item("button:b1.1")["key_held"] is False
    told = [(one["what"], one["button"], one.get("held_ms")) for one in floor.story()]
    assert told == [("key_pushed", "b1.1", None), ("key_let_go", "b1.1", 3200)]


def test_a_long_push_is_told_with_its_length(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now))
    floor.clock.advance(3.0)
    floor.happens(LetGo("b1.1", floor.now))
    assert (floor.story()[-1]["what"], floor.story()[-1]["held_ms"]) == ("let_go", 3000)


def test_what_the_unit_makes_of_a_contact_is_shown_and_a_fault_told_once(floor: Floor) -> None:
    counted = Counted(1, (("lockout", 4), ("short", 2)), 640, ("flood",))
    for _ in range(2):
        shown = Showed("b1.1", floor.now, stuck=True, switch="mushroom", volume=3, counted=counted)
        floor.happens(shown)
    item = floor.item("button:b1.1")
    assert item["counted"] == {
        "pushes": 1,
        "refused": {"lockout": 4, "short": 2},
        "bounce_ms": 640,
        "faults": ("flood",),
    }
    assert (item["stuck"], item["switch"], item["volume"]) == (True, "mushroom", 3)
    assert [(one["what"], one["fault"]) for one in floor.story()] == [("fault", "flood")]


def test_fingers_are_counted_whoever_moves_them(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now), Pushed(KEY, floor.now))
    for deed in Deed:
        floor.happens(Did("b1.1", deed, floor.now))
    assert floor.item("button:b1.1")["pushes"] == 1 + 1 + 1 + CHILD_COUNT


def test_a_finger_that_never_leaves_is_taken_off(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now))
    floor.clock.advance(LONGEST_HOLD_S - 0.1)
    assert floor.released == []
    floor.clock.advance(0.2)
    assert floor.released == ["b1.1"]
    floor.clock.advance(100.0)
    assert floor.released == ["b1.1"]


def test_a_press_can_be_taken_back_for_a_while(floor: Floor) -> None:
    floor.happens(UnitIs("b1", True, floor.now), Pushed("b1.1", floor.now))
    assert floor.item("button:b1.1")["takeable"] is False
    floor.happens(Showed("b1.1", floor.now, shown="sending"), LetGo("b1.1", floor.now))
    assert floor.item("button:b1.1")["takeable"] is True
    assert floor.item("button:b1.2")["takeable"] is False
    floor.clock.advance(TAKE_BACK_S - 0.1)
    assert floor.item("button:b1.1")["takeable"] is True
    floor.clock.advance(0.2)
    assert floor.item("button:b1.1")["takeable"] is False
    assert floor.item("button:b1.1")["shown"] == "sending"


@pytest.mark.parametrize("ends", ["undo", "idle", "counting", "undone", "unit"])
def test_what_is_over_cannot_be_taken_back(floor: Floor, ends: str) -> None:
    floor.happens(Pushed("b1.1", floor.now), Showed("b1.1", floor.now, shown="called"))
    assert floor.item("button:b1.1")["takeable"] is True
    if ends == "undo":
        floor.happens(Did("b1.1", Deed.UNDO, floor.now))
    elif ends != "unit":
        floor.happens(Showed("b1.1", floor.now, shown=ends))
    else:
        floor.happens(UnitIs("b1", False, floor.now), UnitIs("b1", True, floor.now))
    assert floor.item("button:b1.1")["takeable"] is False
    floor.clock.advance(TAKE_BACK_S + 1)


@pytest.mark.parametrize("deed", list(Deed))
def test_what_is_done_at_a_button_is_told(floor: Floor, deed: Deed) -> None:
    floor.happens(Did("b1.1", deed, floor.now))
    told = floor.story()[-1]
    assert (told["what"], told["deed"], told["button"]) == ("did", deed.value, "b1.1")


def test_a_page_after_a_drill_says_how_long_after_it(floor: Floor) -> None:
    floor.happens(Did("b1.1", Deed.DRILL, floor.now))
    floor.clock.advance(0.5)
    floor.happens(PageArrived("1001", "DAIRY DRILL", "text", 1, floor.now))
    assert floor.item("pager:1001")["entries"][-1]["after_ms"] == 500


def test_the_light_is_what_the_unit_plays(floor: Floor) -> None:
    floor.happens(UnitIs("b1", True, floor.now), Pushed("b1.1", floor.now))
    floor.clock.advance(0.4)
    floor.happens(Showed("b1.1", floor.now, shown="received", lit=True, sounds=False))
    item = floor.item("button:b1.1")
    assert (item["shown"], item["lit"], item["up"]) == ("received", True, True)
    told = floor.story()[-1]
    assert (told["what"], told["shown"], told["after_ms"]) == ("shown", "received", 400)


def test_a_blink_is_no_news_for_the_story(floor: Floor) -> None:
    floor.happens(Showed("b1.1", floor.now, shown="called", lit=True))
    before = floor.story()
    floor.happens(Showed("b1.1", floor.now, shown="called", lit=False))
    assert floor.story() == before
    assert floor.item("button:b1.1")["lit"] is False


def test_a_beep_that_is_over_at_once_is_still_counted(floor: Floor) -> None:
    floor.happens(Showed("b1.1", floor.now, sounds=True), Showed("b1.1", floor.now, sounds=False))
    assert floor.item("button:b1.1")["beeps"] == 1
    assert floor.item("button:b1.1")["sounds"] is False


def test_a_unit_that_dies_goes_dark_and_is_told_once(floor: Floor) -> None:
    floor.happens(UnitIs("b1", True, floor.now), Showed("b1.2", floor.now, shown="coming", lit=True))
    floor.happens(UnitIs("b1", False, floor.now))
    assert floor.item("button:b1.2")["lit"] is False
    assert floor.item("button:b1.2")["up"] is False
    assert [one["what"] for one in floor.story()].count("unit_down") == 1
    floor.happens(UnitIs("b1", False, floor.now))
    assert [one["what"] for one in floor.story()].count("unit_down") == 1


def test_a_page_says_how_long_after_the_push(floor: Floor) -> None:
    floor.happens(Pushed("b1.1", floor.now))
    floor.clock.advance(0.9)
    floor.happens(PageArrived("1001", "DAIRY #12", "text", 2, floor.now))
    page = floor.item("pager:1001")["entries"][-1]
    assert (page["text"], page["after_ms"], page["alert"]) == ("DAIRY #12", 900, 2)
    assert page["at"] == round((1_000_000.0 + floor.now) * 1000)


def test_a_page_without_any_push_claims_no_time(floor: Floor) -> None:
    floor.happens(PageArrived("1001", "DAIRY #12", "text", 1, floor.now))
    assert floor.item("pager:1001")["entries"][-1]["after_ms"] is None


def test_a_green_press_is_not_what_a_page_answers(floor: Floor) -> None:
    floor.happens(Pushed("b1.2", floor.now))
    floor.clock.advance(0.9)
    floor.happens(PageArrived("1001", "DAIRY #12", "text", 2, floor.now))
    assert floor.item("pager:1001")["entries"][-1]["after_ms"] is None
    assert floor.item("way") == {}


def test_lists_are_cut_and_numbered(floor: Floor) -> None:
    for number in range(100):
        floor.happens(
            PageArrived("1001", str(number), "text", 1, floor.now),
            BytesSeen("t1", Way.GATEWAY, "<ACK><CR>", Meaning("accepted"), floor.now),
        )
    assert floor.item("pager:1001")["count"] == 100
    assert len(floor.item("pager:1001")["entries"]) == PAGES_KEPT
    assert len(floor.item("bytes:t1")["entries"]) == BYTES_KEPT
    assert len(floor.story()) == STORY_KEPT
    assert floor.item("bytes:t1")["entries"][-1]["n"] == 100


def test_switches_show_what_was_set(floor: Floor) -> None:
    floor.happens(LineIs("t1", floor.now, plugged=False), LineIs("t1", floor.now, slow=True))
    floor.happens(LineIs("t1", floor.now, troubles=((Trouble.SILENT, 1), (Trouble.REFUSE, 2))))
    assert floor.item("line:t1") == {
        "plugged": False, "garbled": False, "slow": True, "troubles": {"silent": 1, "refuse": 2},
    }  # fmt: skip
    told = [one["what"] for one in floor.story()]
    assert told == ["unplugged", "line_slow", "trouble", "trouble"]


def test_a_count_that_goes_down_is_shown_and_its_end_is_told(floor: Floor) -> None:
    for left in (2, 1, 0):
        troubles = ((Trouble.REFUSE, left),) if left else ()
        floor.happens(LineIs("t1", floor.now, troubles=troubles))
        assert floor.item("line:t1")["troubles"] == ({"refuse": left} if left else {})
    told = [(one["what"], one["trouble"], one.get("amount")) for one in floor.story()]
    assert told == [("trouble", "refuse", 2), ("trouble_over", "refuse", None)]


def test_idle_talk_is_counted_and_everything_else_is_said_again(floor: Floor) -> None:
    for _ in range(3):
        for means in (Meaning("how_are_you"), Meaning("room_silent", (("n", "14"),)), Meaning("accepted")):
            floor.happens(BytesSeen("t1", Way.GATEWAY, "E0", means, floor.now))
    entries = floor.item("bytes:t1")["entries"]
    assert [(one["means"], one["times"]) for one in entries] == [
        ("how_are_you", 3), ("room_silent", 3), ("accepted", 1), ("accepted", 1), ("accepted", 1),
    ]  # fmt: skip


def test_what_people_do_is_told(floor: Floor) -> None:
    floor.happens(StaffIs(True, floor.now), PersonIs("anna", Doing.WALKING, "Dairy", floor.now))
    assert floor.item("staff") == {
        "on": True,
        "doing": {"anna": {"doing": "walking", "place": "Dairy", "away": False}},
    }


def test_what_nobody_knows_changes_nothing(floor: Floor) -> None:
    before = dict(floor.items.now)
    floor.happens(
        Pushed("b9.1", floor.now),
        LetGo("b9.1", floor.now),
        Did("b9.1", Deed.UNDO, floor.now),
        Showed("b9.1", floor.now, lit=True),
        UnitIs("b9", True, floor.now),
        PageArrived("9999", "x", "text", 1, floor.now),
        BytesSeen("t9", Way.GATEWAY, "", Meaning("noise"), floor.now),
        LineIs("t9", floor.now, plugged=False),
    )
    assert floor.items.now == before
