"""The items of trouble: what the page is told of parts, networks, the air and plays."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.floor.events import AirIs, PartIs, PartState, Play, PlayIs
from simulator.floor.trouble import TroubleItems
from tests.unit.simulator.floor_settings import Items


class Page:
    def __init__(self) -> None:
        self.items = Items()
        self.story: list[dict[str, Any]] = []
        self.trouble = TroubleItems(["t1"], self.items.put, self.tell, lambda at: round(at * 1000))
        self.trouble.show()

    def tell(self, at: float, **entry: Any) -> None:
        self.story.append(entry)

    def item(self, key: str) -> dict[str, Any]:
        return dict(self.items.now[key])


@pytest.fixture
def page() -> Page:
    return Page()


def test_a_part_appears_when_somebody_knows_it(page: Page) -> None:
    assert not [key for key in page.items.now if key.startswith("part:")]
    page.trouble.happened(PartIs("server", 5.0, PartState.RUNNING, cut=False))
    assert page.item("part:server") == {
        "state": "running", "since": 5000, "network": "ok", "network_since": 5000,
    }  # fmt: skip
    assert page.story == []


def test_a_part_that_dies_and_is_back_is_told_with_its_moments(page: Page) -> None:
    for at, state in ((1.0, PartState.RUNNING), (2.0, PartState.DEAD), (3.0, PartState.STARTING)):
        page.trouble.happened(PartIs("g1", at, state))
        page.trouble.happened(PartIs("g1", at + 0.5, state))  # nothing new
    assert page.item("part:g1")["since"] == 3000
    page.trouble.happened(PartIs("g1", 4.0, PartState.RUNNING))
    assert page.story == [{"what": "part_dead", "part": "g1"}, {"what": "part_running", "part": "g1"}]


def test_a_network_has_its_own_moment(page: Page) -> None:
    page.trouble.happened(PartIs("b1", 1.0, PartState.RUNNING, cut=False))
    page.trouble.happened(PartIs("b1", 2.0, cut=True))
    assert page.item("part:b1") == {
        "state": "running", "since": 1000, "network": "cut", "network_since": 2000,
    }  # fmt: skip
    page.trouble.happened(PartIs("b1", 3.0, cut=False))
    assert [one["what"] for one in page.story] == ["network_cut", "network_ok"]


def test_the_broker_has_no_network(page: Page) -> None:
    page.trouble.happened(PartIs("broker", 1.0, PartState.RUNNING))
    assert page.item("part:broker")["network"] is None


def test_the_air_shows_who_is_called_and_who_waits(page: Page) -> None:
    assert page.item("air:t1")["on"] is False
    page.trouble.happened(AirIs("t1", 1.0, "1001", 2.4, 3))
    assert page.item("air:t1") == {
        "on": True,
        "addresses": ["1001"],
        "since": 1000,
        "until": 2400,
        "queue": 3,
    }
    page.trouble.happened(AirIs("nobody", 1.0, "1001", 2.4, 3))
    assert "air:nobody" not in page.items.now
    page.trouble.happened(AirIs("t1", 2.4, None, 2.4, 0))
    assert (page.item("air:t1")["on"], page.item("air:t1")["addresses"]) == (False, [])


def test_a_packed_transmission_names_everybody_whom_it_calls(page: Page) -> None:
    for at, address, until in ((1.0, "?", 1.5), (1.1, "1234001", 3.0), (2.0, "1234002", 4.0)):
        page.trouble.happened(AirIs("t1", at, address, until, 1, since=1.0))
    assert page.item("air:t1")["addresses"] == ["1234001", "1234002"]
    assert page.item("air:t1")["until"] == 4000
    page.trouble.happened(AirIs("t1", 5.0, "1234003", 6.0, 0, since=5.0))
    assert page.item("air:t1")["addresses"] == ["1234003"]


def test_a_play_begins_and_is_over(page: Page) -> None:
    assert page.item("event") == {"prank": None, "rush": None, "empty_shift": None}
    page.trouble.happened(PlayIs(Play.RUSH, 1.0, 121.0))
    assert page.item("event")["rush"] == {"since": 1000, "until": 121000}
    page.trouble.happened(PlayIs(Play.RUSH, 60.0, None))
    page.trouble.happened(PlayIs(Play.RUSH, 61.0, None))
    assert page.item("event")["rush"] is None
    assert [one["what"] for one in page.story] == ["event_rush", "event_over_rush"]
