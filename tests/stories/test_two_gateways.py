"""Two gateways with a transmitter each that call the same pagers: whatever happens to one, the other takes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from firmware_bridge.light import Shown
from server.db.account import read_facts
from server.db.connect import Database
from server.db.tables import Journal
from server.rules.account import Account, draw_up
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, STORE


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    db = Database("sqlite://")
    upgraded(db)
    made = Shop(db, tmp_path, standby="g2")
    yield made
    made.done()
    db.close()


def account(shop: Shop) -> Account:
    with shop.db.reading() as session:
        return draw_up(read_facts(session, STORE, shop.clock.now()))


def taken(shop: Shop) -> list[dict[str, Any]]:
    """What the timeline says of pages that another gateway took over."""
    with shop.db.reading() as session:
        rows = session.exec(select(Journal).where(Journal.action == "page").order_by(Journal.id))  # type: ignore[arg-type]
        return [row.detail for row in rows if "taken_from" in row.detail]


def rang(shop: Shop, text: str = "DAIRY") -> None:
    shop.pager(ADDRESS[ANNA]).expects(text)


def end(shop: Shop) -> None:
    """Somebody goes and closes it, and long after everything is explained."""
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.clock.advance(300)
    found = account(shop)
    assert found.explained, found.gaps
    assert all(page.state in ("transmitted", "cancelled", "expired") for page in shop.pages())


def test_the_first_gateway_is_asked_while_it_works(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(1)
    rang(shop)
    page = shop.pages()[0]
    assert (page.gateway, page.transmitter, page.attempt, page.moves) == ("g1", "t1", 1, 0)
    end(shop)


class TestDead:
    def test_known_to_be_away_it_is_not_asked(self, shop: Shop) -> None:
        shop.gateway.kill()
        shop.clock.advance(1)
        shop.button().press()
        shop.clock.advance(1)
        rang(shop)
        page = shop.pages()[0]
        assert (page.gateway, page.transmitter, page.attempt) == ("g2", "t2", 1)
        assert shop.light() is Shown.CALLED
        end(shop)

    def test_back_again_it_is_asked_first(self, shop: Shop) -> None:
        shop.gateway.kill()
        shop.clock.advance(1)
        shop.gateway.start()
        shop.clock.advance(3)
        shop.button().press()
        shop.clock.advance(1)
        rang(shop)
        assert shop.pages()[0].gateway == "g1"

    def test_both_away_and_one_comes_back(self, shop: Shop) -> None:
        """The page waits for whichever lives first, and the button does not say more than that meanwhile."""
        assert shop.other is not None
        shop.gateway.kill()
        shop.other.kill()
        shop.clock.advance(10)
        shop.button().press()
        shop.clock.advance(2)
        assert shop.light() is Shown.NOBODY
        shop.other.start()
        shop.clock.advance(6)
        rang(shop)
        assert shop.light() is Shown.CALLED
        assert shop.pages()[0].gateway == "g2"
        end(shop)


class TestFrozen:
    def test_the_other_takes_over_after_four_seconds(self, shop: Shop) -> None:
        shop.gateway.freeze()
        shop.button().press()
        shop.clock.advance(3.9)
        shop.pager(ADDRESS[ANNA]).expects_nothing()
        shop.clock.advance(0.9)
        rang(shop)
        page = shop.pages()[0]
        assert (page.gateway, page.attempt, page.state) == ("g2", 2, "transmitted")
        assert [one[:2] for one in page.others] == [[1, "g1"]]
        assert [(one["why"], one["taken_from"], one["transmitter"]) for one in taken(shop)] == [
            ("ordered", "t1", "t2")
        ]

    def test_thawed_it_rings_nobody_again(self, shop: Shop) -> None:
        shop.gateway.freeze()
        shop.button().press()
        shop.clock.advance(5)
        rang(shop)
        shop.gateway.thaw()
        shop.clock.advance(10)
        assert [one[3] for one in shop.pages()[0].others] == ["cancelled"]
        end(shop)

    def test_it_never_wakes(self, shop: Shop) -> None:
        shop.gateway.freeze()
        shop.button().press()
        shop.clock.advance(5)
        rang(shop)
        end(shop)
        assert [one[3] for one in shop.pages()[0].others] == ["unknown"]


class TestCutOff:
    def test_it_rang_and_could_not_say_so(self, shop: Shop) -> None:
        """The doubling that the contract allows: one, told by both when the network is back."""
        shop.broker.delay("s1.g1", 0.05)
        shop.button().press()
        while not shop.gateway.core or not shop.pager(ADDRESS[ANNA]).history:
            shop.clock.advance(0.01)
        shop.broker.cut("s1.g1")
        shop.clock.advance(6)
        rang(shop)
        rang(shop)
        assert shop.pages()[0].state == "transmitted"
        shop.broker.mend("s1.g1")
        shop.clock.advance(10)
        page = shop.pages()[0]
        assert [one[3] for one in page.others] == ["transmitted"]
        assert account(shop).totals.doubled == 1
        end(shop)

    def test_before_the_order(self, shop: Shop) -> None:
        shop.broker.cut("s1.g1")
        shop.button().press()
        shop.clock.advance(5)
        rang(shop)
        shop.broker.mend("s1.g1")
        shop.clock.advance(10)
        shop.pager(ADDRESS[ANNA]).expects_nothing()
        end(shop)


class TestDeadLine:
    def test_the_other_is_asked_at_once(self, shop: Shop) -> None:
        shop.transmitter.unplug()
        shop.clock.advance(1)
        shop.button().press()
        shop.clock.advance(1)
        rang(shop)
        assert shop.pages()[0].gateway == "g2"

    def test_and_the_first_again_when_its_cable_is_back(self, shop: Shop) -> None:
        shop.transmitter.unplug()
        shop.clock.advance(1)
        shop.transmitter.plug()
        shop.clock.advance(5)
        shop.button().press()
        shop.clock.advance(1)
        rang(shop)
        assert shop.pages()[0].gateway == "g1"

    def test_what_waits_behind_a_silent_box_moves_within_the_patience(self, shop: Shop) -> None:
        shop.terminal.faults.silent = True
        shop.button().press()
        shop.clock.advance(13)
        rang(shop)
        page = shop.pages()[0]
        assert (page.gateway, page.state) == ("g2", "transmitted")
        end(shop)
