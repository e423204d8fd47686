"""The history walks every incident once, in both directions, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from server.db import board as board_rows
from server.db import history, places
from server.db.connect import Database
from server.db.history import Cursor, Filters, Found
from server.db.tables import Button, Zone
from server.rules.incidents import State
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.stage import busy_day

EVER = (NOW - timedelta(days=365), NOW + timedelta(days=1))


@pytest.fixture
def shop(db: Database) -> Shop:
    return Shop(db).build()


def find(shop: Shop, cursor: Cursor | None = None, limit: int = 3, **more: object) -> Found:
    first, last = EVER
    filters = Filters(first, last, **more)  # type: ignore[arg-type]
    with shop.db.reading() as session:
        return history.find(session, shop.store, filters, cursor, limit)


def numbers(found: Found) -> list[int]:
    return [row.number for row in found.rows]


def test_every_incident_once_also_when_they_opened_at_the_same_moment(shop: Shop) -> None:
    for place in range(7):
        shop.incident(place, 100 if place < 5 else 200, pages=False)
    seen: list[int] = []
    cursor, screens = None, []
    while True:
        found = find(shop, cursor)
        screens.append(numbers(found))
        seen += numbers(found)
        if found.older is None:
            break
        cursor = found.older
    assert sorted(seen) == list(range(1, 8))
    assert sorted(seen[:5]) == [1, 2, 3, 4, 5]
    back = find(shop, found.newer)
    assert numbers(back) == screens[1]
    start = find(shop, back.newer)
    assert numbers(start) == screens[0]
    assert start.newer is None
    assert find(shop).newer is None


def test_filters_narrow(shop: Shop) -> None:
    busy_day(shop)
    assert numbers(find(shop, limit=50, state="triggered")) == [11, 10, 9]
    assert numbers(find(shop, limit=50, outcome="not_recovered")) == [2]
    assert numbers(find(shop, limit=50, zone=shop.zones[3])) == [7, 5]
    assert numbers(find(shop, limit=50, button=shop.buttons[5])) == [6]
    assert numbers(find(shop, limit=50, purpose="drill")) == []
    assert numbers(find(shop, limit=50, text="WINE")) == [7, 5]
    assert numbers(find(shop, limit=50, text="button 03")) == [11, 3]
    assert numbers(find(shop, limit=50, text="#9")) == [9]
    assert find(shop, text="wine").count == 2


def test_capitals_of_every_alphabet_are_the_same_letters(shop: Shop) -> None:
    with shop.db.transaction() as session:
        zone = session.get(Zone, shop.zones[0])
        assert zone is not None
        zone.name = "Õlu ja Сыр"
    shop.incident(0, 10, pages=False)
    assert numbers(find(shop, text="õLU")) == [1]
    assert numbers(find(shop, text="сЫР")) == [1]


def test_the_board_reads_the_same_shop(shop: Shop) -> None:
    busy_day(shop)
    with shop.db.reading() as session:
        facts = board_rows.load(session, shop.store, NOW.replace(hour=0))
        other = board_rows.load(session, "elsewhere", NOW.replace(hour=0))
    assert [row.number for row in facts.open] == [6, 9, 7, 10, 8, 11]
    assert facts.open[1].calls[0].to == "JT"
    assert [row.number for row in facts.closed] == [5, 4, 3, 2, 1]
    assert facts.closed[0].closed_by == places.Person("Jaan Tamm", "JT")
    assert (facts.closed_count, facts.presses, facts.pagers, facts.journal_id) == (5, 11, 3, shop.journal_id)
    assert (other.open, other.closed, other.presses) == ((), (), 0)


def test_a_green_press_is_no_call(shop: Shop) -> None:
    shop.incident(0, 10)
    shop.incident(1, 10)
    with shop.db.transaction() as session:
        button = session.get(Button, shop.buttons[0])
        assert button is not None
        button.colour = "green"
    with shop.db.reading() as session:
        assert board_rows.presses(session, shop.store, NOW.replace(hour=0), None) == 1


def test_a_drill_is_no_customer(shop: Shop) -> None:
    shop.incident(0, 10, purpose="drill", state=State.CLOSED, closed=5, outcome="drill", pages=False)
    with shop.db.reading() as session:
        facts = board_rows.load(session, shop.store, NOW.replace(hour=0))
    assert (facts.closed_count, facts.answers, facts.presses) == (0, (), 0)
    assert isinstance(facts.closed[0].closed_at, datetime)
