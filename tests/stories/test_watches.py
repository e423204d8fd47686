"""Watches that show no text: taught on the setup screen, called by codes, also by a stand-in and by foreign buttons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.db.connect import Database
from server.db.tables import Pager
from server.db.watch_book import read_watches
from server.db.watch_codes import take
from server.requests import CommandSent, SendCode
from server.rules.watch_codes import CALLS, CodeReason
from simulator.transmitters.rf_bridge import RfBridge
from simulator.watch import ForeignButton, Watch
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ANNA, BORIS, CARMEN, DMITRI, STORE


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    db = Database("sqlite://")
    upgraded(db)
    box = RfBridge()
    made = Shop(db, tmp_path, box=box, driver="rf-bridge")
    with db.transaction() as session:
        for number in (ANNA, BORIS, CARMEN, DMITRI):
            session.get_one(Pager, number).format = "code"
    made.change()
    yield made
    made.server.kill()
    db.close()


def teach(
    shop: Shop, watch: Watch, number: int, reason: CodeReason, button: tuple[str, int] = ("b1", 1)
) -> None:
    watch.learn(number)
    answer = shop.server.ask(SendCode(STORE, CARMEN, ANNA, *button, reason))
    assert isinstance(answer, CommandSent)
    shop.clock.advance(2)
    assert not watch.learning


def test_a_watch_shows_the_number_of_the_place_that_calls(shop: Shop) -> None:
    watch = Watch(shop.air)
    teach(shop, watch, 12, CodeReason.CALL)
    teach(shop, watch, 13, CodeReason.CALL, ("b1", 2))
    with shop.db.reading() as session:
        last = read_watches(session, STORE, shop.clock.now()).last
    assert last is not None
    assert (last.state, last.text, last.place) == ("done", "on_air", ("b1", 2))
    shop.button("b1", 2).press()
    shop.clock.advance(3)
    watch.expects(13)
    watch.expects_nothing()
    (page,) = shop.pages()
    assert (page.state, page.proof, page.format) == ("transmitted", "on_air", "code")


def test_what_a_watch_was_not_taught_it_does_not_show(shop: Shop) -> None:
    plain, reminded = Watch(shop.air), Watch(shop.air)
    teach(shop, plain, 12, CodeReason.CALL)
    teach(shop, reminded, 12, CodeReason.AGAIN)
    shop.button("b1", 1).press()
    shop.clock.advance(300)
    assert {one.number for one in plain.history} == {12}
    again = [page for page in shop.pages() if page.reason in ("repeat", "again", "not_attended")]
    assert len(reminded.history) == len([page for page in again if page.state == "transmitted"]) > 0


def test_watches_of_another_maker_need_not_be_taught_anew(shop: Shop) -> None:
    watch = Watch(shop.air)
    box = shop.transmitter.box
    assert isinstance(box, RfBridge)
    foreign = ForeignButton("A1B2C8", shop.air, shop.clock.boot, [(shop.transmitter, box)])
    watch.learn(7)
    foreign.push()
    shop.clock.advance(2)
    with shop.db.reading() as session:
        (bridge,) = read_watches(session, STORE, shop.clock.now()).bridges
    assert bridge.heard == (("A1B2C8", 320),)
    with shop.db.transaction() as session:
        take(session, STORE, ("b2", 1), CALLS, bridge.heard[0][0])
    shop.change()
    shop.button("b2", 1).press()
    shop.clock.advance(3)
    watch.expects(7)
    foreign.push()
    watch.expects(7)


def test_a_stand_in_knows_the_codes(shop: Shop) -> None:
    watch = Watch(shop.air)
    teach(shop, watch, 12, CodeReason.CALL)
    shop.clock.advance(120)
    shop.server.kill()
    shop.button("b1", 1).press()
    shop.clock.advance(10)
    assert [one.number for one in watch.history] == [12]
