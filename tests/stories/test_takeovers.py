"""When another gateway takes a page over: never while the first one works, however long it takes; at once when it is
known to be lost, also by a server that has just begun; and what may ring twice says that it is a repeat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from server.db.account import read_facts
from server.db.connect import Database
from server.db.incidents import whole
from server.db.tables import Journal, Policy, PolicyStep
from server.rules.account import draw_up
from server.web.frame.words import Words, read_catalogues
from server.web.incident.timeline import entries
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, STORE


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Only Anna is called, so that nothing else rings."""
    db = Database("sqlite://")
    upgraded(db)
    made = Shop(db, tmp_path, inputs=4, standby="g2")
    for step in (2, 3):
        made.remove(PolicyStep, position=step)
    made.edit(Policy, 1, repeats=0)
    yield made
    made.done()
    db.close()


def rang(shop: Shop) -> list[str]:
    """What Anna's pager has shown since this was asked last."""
    pager = shop.pager(ADDRESS[ANNA])
    found = [one.text for one in pager.inbox]
    pager.inbox.clear()
    return found


def taken(shop: Shop) -> list[dict[str, Any]]:
    """What the timeline says of pages that another gateway took over."""
    with shop.db.reading() as session:
        rows = session.exec(select(Journal).where(Journal.action == "page").order_by(Journal.id))  # type: ignore[arg-type]
        return [row.detail for row in rows if "taken_from" in row.detail]


def told(shop: Shop, language: str = "en") -> list[str]:
    """The notes of the timeline's takeovers, as a manager reads them."""
    with shop.db.reading() as session:
        found = whole(session, STORE, 1)
        assert found is not None
        lines = entries(found, Words(language, read_catalogues(), "Europe/Tallinn"))
    return [one.note for one in lines if "t1" in one.title]


def end(shop: Shop) -> None:
    """Somebody goes, and long after everything is explained."""
    for incident in shop.incidents():
        shop.acknowledge(ANNA, incident.number)
        shop.close(ANNA, incident.number)
    shop.clock.advance(150)
    rang(shop)
    with shop.db.reading() as session:
        found = draw_up(read_facts(session, STORE, shop.clock.now()))
    assert found.explained, found.gaps
    assert all(page.final_at is not None for page in shop.pages())


class TestTheServerBegins:
    def test_a_gateway_that_kept_silent_is_not_asked_first_again(self, shop: Shop) -> None:
        shop.gateway.freeze()
        shop.button().press()
        shop.clock.advance(5)
        assert len(rang(shop)) == 1
        shop.server.restart()
        shop.clock.advance(1)
        shop.button(number=3).press()
        shop.clock.advance(1)
        assert len(rang(shop)) == 1
        assert shop.pages()[1].gateway == "g2"
        shop.gateway.thaw()
        shop.clock.advance(6)
        assert rang(shop) == []
        end(shop)

    def test_its_own_connection_is_no_sign_of_life_of_a_gateway(self, shop: Shop) -> None:
        """The broker tells again what it was told before the gateway stood still."""
        shop.gateway.freeze()
        shop.button().press()
        shop.clock.advance(5)
        assert len(rang(shop)) == 1
        link = shop.server.link
        assert link is not None
        link.reconnect("story")
        shop.clock.advance(2)
        shop.button(number=3).press()
        shop.clock.advance(1)
        assert len(rang(shop)) == 1

    def test_it_has_died_meanwhile(self, shop: Shop) -> None:
        """The press waits at the broker for the server, and comes before the word on the gateway."""
        shop.server.kill()
        shop.clock.advance(0.5)
        shop.button().press()
        shop.clock.advance(0.5)
        shop.gateway.kill()
        shop.server.start()
        shop.clock.advance(1)
        assert [text.endswith("CALL") for text in rang(shop)] == [True]
        assert [(one["why"], one["taken_from"], one["transmitter"]) for one in taken(shop)] in (
            [],
            [("away", "t1", "t2")],
        )
        end(shop)

    def test_what_it_had_is_taken_over_within_a_second(self, shop: Shop) -> None:
        """Nobody knows whether it rang: the other one says that it may be a repeat."""
        shop.terminal.faults.hold_ack_s = 20
        shop.button().press()
        shop.clock.advance(1)
        assert len(rang(shop)) == 1
        assert shop.pages()[0].state == "transmitting"
        shop.gateway.kill()
        shop.clock.advance(1)
        shop.server.kill()
        shop.clock.advance(8)
        shop.server.start()
        shop.clock.advance(1.5)
        (text,) = rang(shop)
        assert text.endswith("REPEATED")
        assert [one["why"] for one in taken(shop)] == ["away"]
        end(shop)


class TestTheServerStoodStill:
    """What gateways said meanwhile lies in its socket: that it hears it late is no silence of theirs."""

    def test_with_the_page_just_ordered(self, shop: Shop) -> None:
        shop.button().press()
        while not shop.pager(ADDRESS[ANNA]).history:
            shop.clock.advance(0.01)
        shop.server.freeze()
        shop.clock.advance(9)
        shop.server.thaw()
        shop.clock.advance(12)
        assert len(rang(shop)) == 1
        end(shop)

    def test_with_the_page_on_the_air(self, shop: Shop) -> None:
        shop.terminal.faults.hold_ack_s = 15
        shop.button().press()
        shop.clock.advance(3)
        shop.server.freeze()
        shop.clock.advance(9)
        shop.server.thaw()
        shop.clock.advance(12)
        assert len(rang(shop)) == 1
        end(shop)


class TestALongTransmission:
    def test_a_line_that_works_is_waited_for(self, shop: Shop) -> None:
        shop.terminal.faults.hold_ack_s = 20
        shop.button().press()
        shop.clock.advance(25)
        assert len(rang(shop)) == 1
        page = shop.pages()[0]
        assert (page.gateway, page.state, page.others) == ("g1", "transmitted", [])
        end(shop)

    def test_what_waits_behind_it_is_asked_back_and_rings_once(self, shop: Shop) -> None:
        shop.terminal.faults.hold_ack_s = 8
        shop.button().press()
        shop.clock.advance(1)
        shop.button(number=3).press()
        shop.clock.advance(1)
        shop.button("b2").press()
        shop.clock.advance(20)
        texts = rang(shop)
        assert len(texts) == 3 and not any(text.endswith("REPEATED") for text in texts)
        last = max(shop.pages(), key=lambda one: one.created_at)
        assert (last.gateway, last.state) == ("g2", "transmitted")
        assert [one[3] for one in last.others] == ["cancelled"]
        assert [one["why"] for one in taken(shop)] == ["waited"]
        end(shop)

    @pytest.mark.parametrize("after_s", [2.0, 6.0, 9.4, 9.9])
    def test_that_begins_when_the_patience_ends_rings_once(self, shop: Shop, after_s: float) -> None:
        """The server believes for a moment that it still waits there."""
        shop.terminal.faults.hold_ack_s = after_s + 1.5
        shop.button().press()
        shop.clock.advance(1.5)
        shop.button(number=3).press()
        shop.clock.advance(30)
        assert len(rang(shop)) == 2
        end(shop)


class TestLostOnTheAir:
    def test_the_gateway_falls_silent_and_the_other_one_says_that_it_repeats(self, shop: Shop) -> None:
        shop.terminal.faults.hold_ack_s = 25
        shop.button().press()
        shop.clock.advance(2)
        assert [text.endswith("CALL") for text in rang(shop)] == [True]
        shop.gateway.freeze()
        shop.clock.advance(12)
        (text,) = rang(shop)
        assert text.endswith("REPEATED")
        assert [(one["why"], one["doubt"]) for one in taken(shop)] == [("silent", True)]
        (note,) = told(shop)
        assert "the gateway did not answer" in note and "may have rung" in note
        shop.gateway.thaw()
        shop.clock.advance(30)
        assert rang(shop) == []
        end(shop)

    def test_of_a_line_that_dies_its_gateway_is_asked_what_became_of_it(self, shop: Shop) -> None:
        """The cable is pulled with the page on the air: that it may have rung is said by the next one."""
        shop.terminal.faults.hold_ack_s = 25
        shop.button().press()
        shop.clock.advance(0.7)
        assert len(rang(shop)) == 1
        shop.transmitter.unplug()
        shop.clock.advance(3)
        (text,) = rang(shop)
        assert text.endswith("REPEATED")
        end(shop)

    def test_back_from_the_dead_it_hears_first_what_another_one_has_taken_over(self, shop: Shop) -> None:
        shop.terminal.faults.hold_ack_s = 30
        shop.button().press()
        shop.clock.advance(1)
        shop.button(number=3).press()
        shop.clock.advance(1)
        assert len(rang(shop)) == 1
        shop.gateway.kill()
        shop.clock.advance(8)
        texts = rang(shop)
        assert len(texts) == 2 and all(text.endswith("REPEATED") for text in texts)
        shop.terminal.faults.hold_ack_s = 0
        shop.gateway.start()
        shop.clock.advance(10)
        assert rang(shop) == []
        end(shop)

    def test_cut_off_before_it_could_say_anything(self, shop: Shop) -> None:
        shop.broker.delay("s1.g1", 0.05)
        shop.button().press()
        while not shop.pager(ADDRESS[ANNA]).history:
            shop.clock.advance(0.01)
        shop.broker.cut("s1.g1")
        shop.clock.advance(6)
        first, second = rang(shop)
        assert first.endswith("CALL") and second.endswith("REPEATED")
        assert [one["doubt"] for one in taken(shop)] == [True]
        assert [one[-1] for one in shop.pages()[0].others] == [first]
        shop.broker.mend("s1.g1")
        shop.clock.advance(10)
        end(shop)
