"""No page can go out: the light and the board say so within ten seconds, and whoever was to be called is called as
soon as a way lives again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from firmware_bridge.light import Shown
from server.db.account import read_facts
from server.db.connect import Database
from server.db.tables import Journal, Pager, Transmitter
from server.rules.account import draw_up
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, STORE


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    made: list[Shop] = []

    def make(**how: object) -> Shop:
        db = Database("sqlite://")
        upgraded(db)
        made.append(Shop(db, tmp_path, **how))  # type: ignore[arg-type]
        return made[0]

    yield make
    made[0].done()
    made[0].db.close()


@pytest.fixture
def shop(make: Callable[..., Shop]) -> Shop:
    return make()


def said(shop: Shop, action: str) -> list[dict[str, object]]:
    with shop.db.reading() as session:
        rows = session.exec(select(Journal).where(Journal.action == action).order_by(Journal.id))  # type: ignore[arg-type]
        return [row.detail for row in rows]


def explained(shop: Shop) -> None:
    with shop.db.reading() as session:
        found = draw_up(read_facts(session, STORE, shop.clock.now()))
    assert found.explained, found.gaps


class TestCableOut:
    def test_known_before_the_press_it_is_said_at_once(self, shop: Shop) -> None:
        shop.transmitter.unplug()
        shop.clock.advance(15)
        shop.button().press()
        shop.clock.advance(1)
        assert shop.light() is Shown.NOBODY
        assert shop.incident().nobody_at is not None
        (why,) = said(shop, "nobody")
        assert why["why"] == "no_line" and "cable" in str(why["cause"])

    @pytest.mark.parametrize("before_s", [0.0, 1.0])
    def test_with_the_press_it_is_said_within_ten_seconds(self, shop: Shop, before_s: float) -> None:
        shop.transmitter.unplug()
        shop.clock.advance(before_s)
        shop.button().press()
        shop.clock.advance(9.9)
        assert shop.light() is Shown.NOBODY

    def test_back_in_time_the_page_that_waits_rings(self, shop: Shop) -> None:
        shop.transmitter.unplug()
        shop.clock.advance(15)
        shop.button().press()
        shop.clock.advance(10)
        shop.transmitter.plug()
        shop.clock.advance(4)
        shop.pager(ADDRESS[ANNA]).expects("DAIRY")
        assert shop.light() is Shown.CALLED
        assert shop.incident().nobody_at is None
        shop.acknowledge(ANNA)
        shop.close(ANNA)
        shop.clock.advance(200)
        explained(shop)

    def test_back_long_after_whoever_is_here_is_called_anew(self, shop: Shop) -> None:
        """Every page of the policy is over by then."""
        shop.transmitter.unplug()
        shop.clock.advance(15)
        shop.button().press()
        shop.clock.advance(600)
        assert {page.state for page in shop.pages()} <= {"expired", "failed"}
        assert shop.light() is Shown.SORRY
        shop.transmitter.plug()
        shop.clock.advance(10)
        for who in (ANNA, BORIS, CARMEN):
            shop.pager(ADDRESS[who]).expects("WAITING")
        assert shop.incident().nobody_at is None
        shop.acknowledge(ANNA)
        shop.close(ANNA)
        shop.clock.advance(200)
        explained(shop)

    def test_a_moment_out_is_not_told(self, shop: Shop) -> None:
        shop.transmitter.unplug()
        shop.button().press()
        shop.clock.advance(1)
        shop.transmitter.plug()
        shop.clock.advance(4)
        shop.pager(ADDRESS[ANNA]).expects("DAIRY")
        assert said(shop, "nobody") == []

    def test_in_and_out_calls_nobody_more_often_than_every_ten_seconds(self, shop: Shop) -> None:
        shop.transmitter.unplug()
        shop.clock.advance(15)
        shop.button().press()
        shop.clock.advance(600)
        for _ in range(10):
            shop.transmitter.plug()
            shop.clock.advance(0.3)
            shop.transmitter.unplug()
            shop.clock.advance(2.7)
        assert len(said(shop, "nobody")) == 1
        times = {page.created_at for page in shop.pages() if page.reason == "repeat"}
        assert 1 <= len(times) <= 4
        for pager in shop.air.pagers():
            pager.inbox.clear()


class TestGatewayGone:
    def test_killed(self, shop: Shop) -> None:
        shop.gateway.kill()
        shop.button().press()
        shop.clock.advance(9.9)
        assert shop.light() is Shown.NOBODY
        shop.gateway.start()
        shop.clock.advance(5)
        shop.pager(ADDRESS[ANNA]).expects("DAIRY")
        assert shop.light() is Shown.CALLED

    def test_started_anew_in_time_nothing_is_told(self, shop: Shop) -> None:
        shop.gateway.kill()
        shop.button().press()
        shop.clock.advance(3)
        shop.gateway.start()
        shop.clock.advance(4)
        shop.pager(ADDRESS[ANNA]).expects("DAIRY")
        assert said(shop, "nobody") == []

    def test_frozen_nobody_knows_and_that_is_said(self, shop: Shop) -> None:
        shop.gateway.freeze()
        shop.button().press()
        shop.clock.advance(9.9)
        assert shop.light() is Shown.NOBODY
        assert [one["why"] for one in said(shop, "nobody")] == ["no_gateway"]
        shop.gateway.thaw()
        shop.clock.advance(8)
        shop.pager(ADDRESS[ANNA]).expects("DAIRY")
        assert shop.light() is Shown.CALLED


class TestTwoTransmittersAtOneGateway:
    def test_an_order_has_both_ways(self, make: Callable[..., Shop]) -> None:
        shop = make(standby="g1")
        shop.transmitter.unplug()
        shop.clock.advance(1)
        shop.button().press()
        shop.clock.advance(2)
        shop.pager(ADDRESS[ANNA]).expects("DAIRY")
        page = shop.pages()[0]
        assert (page.transmitter, page.attempt, page.ways) == ("t2", 1, [["g1", "t1"], ["g1", "t2"]])
        assert shop.light() is Shown.CALLED

    def test_whose_step_is_unreachable_is_skipped(self, make: Callable[..., Shop]) -> None:
        """The zone hangs on the dead one, the shift lead on the other."""
        shop = make(standby="g1")
        shop.edit(Transmitter, 1, standby_id=None)
        shop.edit(Pager, CARMEN, transmitter_id=2)
        shop.transmitter.unplug()
        shop.clock.advance(15)
        shop.button().press()
        shop.clock.advance(1)
        shop.pager(ADDRESS[CARMEN]).expects("DAIRY")
        assert shop.light() is Shown.CALLED

    def test_the_fallback_pager_of_the_other_one_rings(self, make: Callable[..., Shop]) -> None:
        shop = make(standby="g1")
        shop.edit(Transmitter, 1, standby_id=None)
        shop.change(
            Pager(id=9, store_id=STORE, label="Desk", transmitter_id=2, address="1009", fallback=True)
        )
        shop.transmitter.unplug()
        shop.clock.advance(15)
        shop.button().press()
        shop.clock.advance(1)
        shop.pager("1009").expects("NOBODY ELSE HERE")
        assert shop.incident().nobody_at is not None
        assert shop.light() is Shown.CALLED
