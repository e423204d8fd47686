"""Whatever dies: the press is kept, arrives once, and an old one never rings."""

from __future__ import annotations

from typing import Protocol

import pytest

from firmware_bridge.light import Shown
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS


def test_with_the_server_dead_the_press_waits_on_the_button_and_rings_when_it_is_back(unkept: Shop) -> None:
    unkept.server.kill()
    unkept.button().press()
    unkept.clock.advance(12)
    assert unkept.light() is Shown.NOBODY
    assert unkept.units["b1"].waiting == 1
    unkept.server.start()
    unkept.clock.advance(20)
    unkept.pager(ADDRESS[ANNA]).expects("DAIRY")
    assert [one.presses for one in unkept.incidents()] == [1]
    assert unkept.units["b1"].waiting == 0


def test_with_the_broker_dead_the_press_waits_and_rings_when_it_is_back(shop: Shop) -> None:
    shop.broker.kill()
    shop.button("b1", 1).press()
    shop.button("b2", 2).press()
    shop.clock.advance(30)
    shop.broker.start()
    shop.clock.advance(15)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    shop.pager(ADDRESS[BORIS]).expects("WINE")
    assert len(shop.presses()) == len(shop.incidents()) == 2


def test_a_press_that_came_back_too_late_is_history_and_rings_nobody(unkept: Shop) -> None:
    unkept.server.kill()
    unkept.button().press()
    unkept.clock.advance(150)
    unkept.server.start()
    unkept.clock.advance(60)
    assert [one.state for one in unkept.presses()] == ["late"]
    assert unkept.incidents() == []
    assert unkept.units["b1"].waiting == 0
    assert unkept.light() is Shown.IDLE


def test_a_button_that_dies_right_after_the_push_sends_it_when_it_is_back(shop: Shop) -> None:
    shop.broker.kill()
    shop.button().press()
    shop.clock.advance(1)
    shop.units["b1"].kill()
    shop.broker.start()
    shop.clock.advance(5)
    shop.units["b1"].start()
    shop.clock.advance(10)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    assert len(shop.presses()) == 1


def test_with_the_gateway_dead_the_page_waits_and_rings_when_it_is_back(shop: Shop) -> None:
    shop.gateway.kill()
    shop.button().press()
    shop.clock.advance(10)
    assert [one.state for one in shop.pages()] == ["ordered"]
    shop.gateway.start()
    shop.clock.advance(6)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    assert [one.state for one in shop.pages()] == ["transmitted"]


class Mortal(Protocol):
    def kill(self) -> None: ...
    def start(self) -> None: ...


@pytest.mark.parametrize("victim", ["broker", "server", "gateway", "b1", "b2"])
@pytest.mark.parametrize("after_s", [0.07, 0.075, 0.09, 0.2, 0.5, 1.1])
def test_any_process_killed_at_any_moment_loses_and_doubles_nothing(
    shop: Shop, victim: str, after_s: float
) -> None:
    """A press is on its way in every one of these moments. The page on the wire when the gateway dies may ring
    twice, and says so."""
    mortals: dict[str, Mortal] = {
        "broker": shop.broker,
        "server": shop.server,
        "gateway": shop.gateway,
        **shop.units,
    }
    dies = mortals[victim]
    shop.button("b1", 1).press()
    shop.clock.advance(after_s)
    dies.kill()
    shop.clock.advance(3)
    dies.start()
    shop.clock.advance(10)
    assert [one.state for one in shop.presses()] == ["stored"]
    (incident,) = shop.incidents()
    assert (incident.state, incident.presses) == ("triggered", 1)
    first, *more = [page.text for page in shop.pager(ADDRESS[ANNA]).history]
    assert first == "DAIRY Shelf 1 CALL" or victim == "gateway"
    assert len(more) <= 1 if victim == "gateway" else more == []
    assert all(text.endswith("REPEATED") for text in more)
    assert shop.pages()[-1].state == "transmitted"
    shop.pager(ADDRESS[ANNA]).inbox.clear()


def test_a_press_that_waited_in_a_broker_that_stood_still_is_never_the_full_alarm(unkept: Shop) -> None:
    """Its bytes have not aged: they say 60 ms, and it was four minutes ago."""
    unkept.clock.advance(20)
    unkept.broker.freeze()
    unkept.button().press()
    unkept.clock.advance(240)
    unkept.broker.thaw()
    unkept.clock.advance(5)
    (press,) = unkept.presses()
    assert not press.age_known
    assert [one.priority for one in unkept.incidents()] == [3]
    unkept.pager(ADDRESS[ANNA]).expects("DAIRY")


def test_a_broker_that_stood_still_for_a_moment_delays_no_alarm(shop: Shop) -> None:
    shop.clock.advance(20)
    shop.broker.freeze()
    shop.button().press()
    shop.clock.advance(30)
    shop.broker.thaw()
    shop.clock.advance(5)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    (press,) = shop.presses()
    assert press.age_known
    assert [one.priority for one in shop.incidents()] == [2]
