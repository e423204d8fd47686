"""The way of a press as a stopwatch outside sees it: each hop once, in its own time, and never another press's."""

from __future__ import annotations

from simulator.floor.events import AirIs, BytesSeen, Meaning, PageArrived, Showed, Way
from simulator.floor.hops import Journeys
from simulator.floor.timing import Push

DAIRY = ("b1.1", ("Milk fridge", "Dairy"))
WINE = ("b2.1", ("Wine shelf", "Wine"))


def push(where: tuple[str, tuple[str, ...]], at: float) -> Push:
    return Push(where[0], where[1], at)


def shown(contact: str, state: str, at: float) -> Showed:
    return Showed(contact, at, shown=state, lit=True)


def said(way: Way, key: str, at: float, text: str = "") -> BytesSeen:
    values = (("address", "1001"), ("text", text)) if key == "page" else ()
    return BytesSeen("t1", way, text, Meaning(key, values), at)


def arrived(text: str, at: float) -> PageArrived:
    return PageArrived("1001", text, "text", 1, at)


def test_a_whole_way() -> None:
    way = Journeys()
    assert way.item() == {}
    assert way.pushed(push(DAIRY, 10.0))
    assert way.showed(shown("b1.1", "sending", 10.05))
    assert not way.seen(said(Way.TRANSMITTER, "anybody", 10.07))
    assert way.showed(shown("b1.1", "received", 10.08))
    assert way.seen(said(Way.TRANSMITTER, "page", 10.20, "DAIRY Milk fridge CALL"))
    assert way.seen(said(Way.GATEWAY, "accepted", 10.25))
    assert way.radiates(AirIs("t1", 10.3, "1001", 11.0, 0))
    assert not way.radiates(AirIs("t1", 11.0, None, 11.0, 0))
    assert way.arrived(arrived("DAIRY Milk fridge CALL", 11.0))
    assert way.item() == {
        "button": "b1.1",
        "after_ms": {
            "unit": 50, "server": 80, "gateway": 70, "transmitter": 250, "air": 300, "wrist": 1000,
        },
        "transmitter": "t1",
        "pager": "1001",
    }  # fmt: skip


def test_only_the_first_of_many_pages_counts() -> None:
    way = Journeys()
    way.pushed(push(DAIRY, 10.0))
    assert way.arrived(arrived("DAIRY CALL", 11.0))
    assert not way.arrived(arrived("DAIRY CALL", 12.0))
    assert way.item()["after_ms"] == {"wrist": 1000}


def test_a_light_that_says_more_than_received_has_been_received() -> None:
    way = Journeys()
    way.pushed(push(DAIRY, 10.0))
    assert way.showed(shown("b1.1", "called", 10.3))
    assert way.item()["after_ms"] == {"unit": 300, "server": 300}
    assert not way.showed(shown("b1.1", "coming", 14.0))


def test_what_an_older_press_goes_through_is_not_shown_for_the_newest() -> None:
    way = Journeys()
    way.pushed(push(DAIRY, 10.0))
    way.pushed(push(WINE, 10.5))
    assert not way.arrived(arrived("DAIRY CALL", 11.0))
    assert not way.showed(shown("b1.1", "sending", 11.0))
    assert way.item() == {"button": "b2.1", "after_ms": {}, "transmitter": "", "pager": ""}
    assert way.arrived(arrived("WINE CALL", 11.2))
    assert way.item()["after_ms"] == {"wrist": 700}


def test_a_line_that_was_talking_before_the_press_said_its_first_byte_with_the_page() -> None:
    way = Journeys()
    way.seen(said(Way.TRANSMITTER, "anybody", 5.0))
    way.pushed(push(DAIRY, 10.0))
    way.seen(said(Way.TRANSMITTER, "page", 10.2, "DAIRY CALL"))
    assert way.item()["after_ms"] == {"gateway": 200}


def test_a_page_for_nobody_known_and_an_answer_to_nothing_change_nothing() -> None:
    way = Journeys()
    way.pushed(push(DAIRY, 10.0))
    before = way.item()
    assert not way.seen(said(Way.TRANSMITTER, "page", 10.2, "TOYS CALL"))
    assert not way.seen(said(Way.GATEWAY, "accepted", 10.3))
    assert not way.radiates(AirIs("t1", 10.3, "1002", 11.0, 0))
    assert not way.seen(said(Way.CABLE, "cable_out", 10.4))
    assert not way.showed(shown("b9.9", "sending", 10.4))
    assert not way.showed(shown("b1.1", "idle", 10.4))
    assert way.item() == before
