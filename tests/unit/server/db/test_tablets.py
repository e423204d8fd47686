"""A tablet is let in by whoever stands before it, for fifteen minutes, and out at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server.db import tablets
from server.db.accounts import NewAccount, create
from server.db.connect import Database
from server.db.tables import Store, Tablet
from server.db.tablets import Asking, Enrolled, TakenBack
from server.rules.tablets import IDLE, MOST_ASKING, OPEN_FOR, number_of
from tests.unit.server.api.shop import QUICK

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + OPEN_FOR


@pytest.fixture
def shop(db: Database) -> tuple[Database, int]:
    with db.transaction() as session:
        session.add_all([Store(id="s1", name="One"), Store(id="s2", name="Two")])
    return db, create(db, NewAccount(login="m", name="Marina", password="long enough for us"), QUICK)


def test_the_whole_way(shop: tuple[Database, int]) -> None:
    db, manager = shop
    with db.transaction() as session:
        assert not tablets.any_door(session, NOW)
        tablets.open_door(session, "s1", manager, NOW)
        assert tablets.any_door(session, NOW)
        assert tablets.door(session, "s1", NOW) == LATER
        assert tablets.door(session, "s2", NOW) is None
        number = tablets.ask(session, "long secret", "Chrome\non a tablet", NOW)
        assert number is not None
        assert tablets.find(session, "long secret", NOW) == Asking(number)
        assert tablets.let_in(session, "s2", number, "Bakery", manager, NOW) is None, "not its door"
        found = tablets.let_in(session, "s1", number, "Bakery", manager, NOW)
        assert found is not None
        assert tablets.find(session, "long secret", NOW) == Enrolled(found, "s1", "Bakery")
        assert tablets.let_in(session, "s1", number, "Once more", manager, NOW) is None
        assert not tablets.any_door(session, NOW), "one tablet, then the door is closed"
        (listed,) = tablets.listed(session, "s1")
        assert (listed.name, listed.enrolled_by, listed.agent) == ("Bakery", "Marina", "Chromeon a tablet")
        assert tablets.revoke(session, "s2", found, manager, NOW) is None
        assert tablets.revoke(session, "s1", found, manager, NOW) == "Bakery"
        assert tablets.revoke(session, "s1", found, manager, NOW) is None
        assert tablets.find(session, "long secret", NOW) == TakenBack()
        assert tablets.find(session, "another secret", NOW) is None


def test_a_door_and_a_number_last_fifteen_minutes(shop: tuple[Database, int]) -> None:
    db, manager = shop
    with db.transaction() as session:
        tablets.open_door(session, "s1", manager, NOW)
        number = tablets.ask(session, "secret", "", NOW - timedelta(minutes=1))
        assert number is not None
        assert tablets.find(session, "secret", LATER) is None
        tablets.open_door(session, "s1", manager, LATER)
        assert tablets.let_in(session, "s1", number, "Late", manager, LATER) is None
        assert not tablets.any_door(session, LATER + OPEN_FOR)
        assert not tablets.any_door(session, NOW - timedelta(days=1)), (
            "a clock that was set back opens nothing"
        )


def test_a_tablet_in_a_drawer_lapses_and_one_in_use_does_not(shop: tuple[Database, int]) -> None:
    db, manager = shop
    with db.transaction() as session:
        tablets.open_door(session, "s1", manager, NOW)
        number = tablets.ask(session, "secret", "", NOW)
        assert number is not None
        found = tablets.let_in(session, "s1", number, "Bakery", manager, NOW)
        assert found is not None
        soon = NOW + IDLE - timedelta(seconds=1)
        assert tablets.find(session, "secret", soon) == Enrolled(found, "s1", "Bakery", stale=True)
        tablets.touch(session, found, soon)
        assert isinstance(tablets.find(session, "secret", NOW + IDLE), Enrolled)
        assert tablets.find(session, "secret", soon + IDLE) == TakenBack()


def test_strangers_fill_no_table(shop: tuple[Database, int]) -> None:
    db, _ = shop
    with db.transaction() as session:
        numbers = [tablets.ask(session, f"secret {one}", "", NOW) for one in range(MOST_ASKING)]
        assert len(set(numbers)) == MOST_ASKING
        assert tablets.ask(session, "one more", "", NOW) is None
        assert tablets.ask(session, "the same one again", "", NOW, before="secret 3") is not None
        assert tablets.ask(session, "later", "", LATER) is not None
        assert len(session.exec(select(Tablet)).all()) == 1


def test_no_secret_is_kept(shop: tuple[Database, int]) -> None:
    db, _ = shop
    with db.transaction() as session:
        tablets.ask(session, "long secret", "", NOW)
        (row,) = session.exec(select(Tablet)).all()
    assert "long secret" not in repr(row.model_dump())
    assert row.secret_hash not in repr(row)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("123 456", "123456"), ("123-456", "123456"), ("12345", None), ("１２３４５６", None), ("abcdef", None)],
)
def test_a_number_as_people_type_it(typed: str, number: str | None) -> None:
    assert number_of(typed) == number
