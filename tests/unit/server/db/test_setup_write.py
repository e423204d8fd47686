"""What the setup screens read and write, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import UUID

import pytest
from sqlmodel import select

from server.db import setup_write
from server.db.connect import Database
from server.db.setup_book import Book, Hours
from server.db.setup_read import read_book
from server.db.shop import load_shop
from server.db.tables import PressRow, Shift, Store
from server.shop_file import parse_shop
from tests.unit.server.db.test_shop import full
from tests.unit.server.test_shop_file import small

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(db: Database) -> Database:
    with db.transaction() as session:
        load_shop(session, parse_shop(full()))
        other = small()
        other["store"]["id"] = "s2"
        load_shop(session, parse_shop(other))
    return db


def _book(db: Database) -> Book:
    with db.reading() as session:
        return read_book(session, "s1")


def _press(number: int, device: str, when: int) -> PressRow:
    return PressRow(
        id=UUID(int=number),
        store_id="s1",
        device=device,
        input=number,
        run="r",
        boot="b",
        seq=number,
        kind="press",
        purpose="call",
        state="stored",
        pressed_at=NOW,
        received_at=NOW.replace(second=when),
        age_ms=0,
        age_known=True,
        tries=1,
    )


def test_the_book_holds_this_store_and_no_other(shop: Database) -> None:
    book = _book(shop)
    assert [zone.name for zone in book.zones] == ["Bakery", "Fish"]
    assert [person.skills for person in book.people] == [("Wine",), ()]
    assert book.policies == ("Normal", "Weekend")
    assert book.policy_of("pager", book.pagers[1].id) == "Normal"
    assert book.policy_of("zone", book.zones[0].id) == "Weekend"
    assert ("person", book.people[1].id) in book.working, "by a turn of a rotation"
    with shop.reading() as session, pytest.raises(LookupError):
        read_book(session, "s3")


def test_presses_of_inputs_that_nobody_set_up_are_counted(shop: Database) -> None:
    with shop.transaction() as session:
        for row in (_press(1, "b1", 1), _press(7, "b1", 2), _press(8, "b1", 3)):
            session.add(row)
    assert [(one.device, one.input, one.count, one.at.second) for one in _book(shop).pressed] == [
        ("b1", 7, 1, 2),
        ("b1", 8, 1, 3),
    ]


def test_a_mark_changes_with_its_row_alone(shop: Database) -> None:
    before = _book(shop).zones
    with shop.transaction() as session:
        setup_write.lock(session, "s1")
        setup_write.save(session, "s1", "zones", before[0].id, {"pager_name": "BREAD"})
    after = _book(shop).zones
    assert before[0].mark != after[0].mark
    assert before[1].mark == after[1].mark == _book(shop).zones[1].mark


def test_rows_of_another_store_are_out_of_reach(shop: Database) -> None:
    zone = _book(shop).zones[0].id
    with shop.transaction() as session, pytest.raises(LookupError):
        setup_write.save(session, "s2", "zones", zone, {"name": "Mine"})
    with shop.transaction() as session:
        setup_write.wear(session, "s2", 1, [_book(shop).pagers[0].id])
        assert not setup_write.remove_special_day(session, "s2", _book(shop).special_days[0].id)
    assert _book(shop).pagers[0].carrier_id == _book(shop).people[0].id


def test_order_hours_and_leaving(shop: Database) -> None:
    book = _book(shop)
    first, second = book.people
    with shop.transaction() as session:
        setup_write.arrange(session, "s1", "zones", [book.zones[1].id, book.zones[0].id])
        setup_write.set_hours(session, "s1", [Hours(0, time(8), time(20))])
        setup_write.leave(session, "s1", second.id)
    after = _book(shop)
    assert [zone.position for zone in after.zones] == [1, 0]
    assert after.hours == (Hours(0, time(8), time(20)),)
    assert ("person", second.id) not in after.working
    with shop.transaction() as session:
        setup_write.leave(session, "s1", first.id)
        assert session.exec(select(Shift).where(Shift.store_id == "s1")).all() == []
        assert session.exec(select(Shift).where(Shift.store_id == "s2")).all() != []
        assert len(session.exec(select(Store)).all()) == 2
    assert _book(shop).pagers[0].carrier_id is None
