"""A capcode that rings several pagers: one page for all of them, and everybody is named who was called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.light import Shown
from server.db.connect import Database
from server.db.incidents import whole
from server.db.open_incidents import open_incidents
from server.db.tables import Pager, Policy, PolicyStep
from server.rules.facts import DutyKind
from server.web.frame.words import Words, read_catalogues
from server.web.incident.called import called
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, STORE

GROUP, CAPCODE = 9, "1900"
EVERYBODY = (ANNA, BORIS, CARMEN)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Everybody is called at once, by one capcode for all three."""
    db = Database("sqlite://")
    upgraded(db)
    made = Shop(db, tmp_path)
    made.remove(PolicyStep)
    made.change(
        PolicyStep(policy_id=1, position=1, after_s=0, target="everybody"),
        Pager(
            id=GROUP,
            store_id=STORE,
            label="All",
            transmitter_id=1,
            address=CAPCODE,
            members=list(EVERYBODY),
        ),
    )
    yield made
    made.done()
    db.close()


def test_one_page_rings_all_of_them(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(1)
    shop.pager(CAPCODE).expects("DAIRY Shelf 1 CALL")
    (page,) = shop.pages()
    assert (page.pager_id, page.heads, page.members) == (GROUP, 3, [[who, who] for who in EVERYBODY])
    assert shop.light() is Shown.CALLED
    with shop.db.reading() as session:
        (incident,) = open_incidents(session, STORE)
        assert [(one.to, one.carrier_id) for one in incident.calls] == [("AT", 1), ("BK", 2), ("CL", 3)]
        found = whole(session, STORE, 1)
        assert found is not None
        asked = called(found, Words("en", read_catalogues(), "Europe/Tallinn"))
        assert [one.who for one in asked.rang] == ["Anna T.", "Boris K.", "Carmen L."]


def test_with_one_on_a_break_each_of_the_others_is_called_alone(shop: Shop) -> None:
    shop.duty(BORIS, DutyKind.BREAK)
    shop.button().press()
    shop.clock.advance(1)
    shop.pager(ADDRESS[ANNA]).expects("DAIRY")
    shop.pager(ADDRESS[CARMEN]).expects("DAIRY")


def test_repeats_ring_the_group_again_and_all_share_the_burden(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(31)
    shop.pager(CAPCODE).expects("CALL")
    shop.pager(CAPCODE).expects("WAITING")
    paged = shop.server.core.picture.last_paged
    assert paged[ANNA] == paged[BORIS] == paged[CARMEN]
    shop.server.restart()
    shop.clock.advance(1)
    assert set(shop.server.core.picture.last_paged) == set(EVERYBODY)


def test_the_others_hear_who_goes_and_who_goes_hears_nothing(shop: Shop) -> None:
    shop.edit(Policy, 1, tell_others=True)
    shop.button().press()
    shop.clock.advance(1)
    shop.pager(CAPCODE).expects("CALL")
    shop.acknowledge(ANNA)
    shop.clock.advance(1)
    for who in (BORIS, CARMEN):
        shop.pager(ADDRESS[who]).expects("AT HAS IT")


def test_who_passed_it_on_is_not_rung_with_the_others(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(1)
    shop.pager(CAPCODE).expects("CALL")
    shop.pass_on(ANNA)
    shop.clock.advance(35)
    for who in (BORIS, CARMEN):
        assert shop.pager(ADDRESS[who]).inbox
        shop.pager(ADDRESS[who]).inbox.clear()


def test_the_stand_in_rings_the_same_page(shop: Shop) -> None:
    """So that a server that comes back in the middle rings nobody twice."""
    shop.clock.advance(30)
    shop.server.kill()
    shop.button().press()
    shop.clock.advance(5)
    shop.pager(CAPCODE).expects("CALL")
    shop.server.start()
    shop.clock.advance(10)
    (page,) = shop.pages()
    assert (page.pager_id, page.heads) == (GROUP, 3)
