"""The main job: one press, the right wrist, an honest light all the way."""

from __future__ import annotations

from firmware_bridge.light import Shown
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS


def test_one_press_reaches_the_wrist_of_whoever_is_in_that_zone_within_a_second(shop: Shop) -> None:
    pressed_at = shop.clock.boot()
    shop.button("b1", 1).press()
    shop.clock.advance(1)
    page = shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    assert page.at - pressed_at < 1.0
    assert [(one.state, one.proof) for one in shop.pages()] == [("transmitted", "accepted")]


def test_the_light_says_what_is_known_and_no_more(shop: Shop) -> None:
    shop.button("b1", 1).press()
    shop.clock.advance(0.02)
    assert shop.light() is Shown.IDLE
    shop.clock.advance(2)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    shop.acknowledge(ANNA)
    shop.clock.advance(0.1)
    assert shop.light() is Shown.COMING
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.clock.advance(0.1)
    assert shop.light() is Shown.IDLE
    assert shop.units["b1"].lights_seen()[-5:] == [
        Shown.SENDING,
        Shown.RECEIVED,
        Shown.CALLED,
        Shown.COMING,
        Shown.IDLE,
    ]


def test_two_zones_ring_two_wrists(shop: Shop) -> None:
    shop.button("b1", 1).press()
    shop.button("b2", 2).press()
    shop.clock.advance(2)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    shop.pager(ADDRESS[BORIS]).expects("WINE")
    assert [one.state for one in shop.incidents()] == ["triggered", "triggered"]


def test_ten_presses_of_one_customer_are_one_call(shop: Shop) -> None:
    for _ in range(10):
        shop.button("b1", 1).press(0.1)
        shop.clock.advance(4)
        if shop.incidents()[0].state == "triggered":
            shop.acknowledge(ANNA)
    (incident,) = shop.incidents()
    assert incident.presses == 10
    shop.pager(ADDRESS[ANNA]).expects("CALL")
    while shop.pager(ADDRESS[ANNA]).inbox:
        shop.pager(ADDRESS[ANNA]).expects("PRESSED AGAIN")
