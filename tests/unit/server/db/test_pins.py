"""PINs and their locks in rows: a restart forgives nobody, and a hundred tries at once are a hundred tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from server.db import pins, tablets
from server.db.accounts import NewAccount, create, set_active
from server.db.connect import Database
from server.db.tables import Carrier, Pin, PinTries, Store
from server.rules.pin_tries import BURST, FREE
from server.rules.rights import Role
from tests.unit.server.api.shop import QUICK

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RIGHT, WRONG = "482913", "482914"


@pytest.fixture
def shop(db: Database) -> Database:
    with db.transaction() as session:
        session.add_all([Store(id="s1", name="One"), Store(id="s2", name="Two")])
    return db


def person(
    db: Database, login: str, pin: str | None = RIGHT, *, role: str = "staff", store: str = "s1"
) -> int:
    new = NewAccount(login=login, name=login.title(), password="long enough for us", store_id=store)
    account = create(db, new.model_copy(update={"role": Role(role)}), QUICK)
    if pin is not None:
        pins.choose(db, account, pin, NOW, QUICK)
    return account


def tablet(db: Database, account: int, name: str = "Checkout", store: str = "s1") -> int:
    with db.transaction() as session:
        tablets.open_door(session, store, account, NOW)
        number = tablets.ask(session, f"secret of {name}", "Chrome", NOW)
        assert number is not None
        found = tablets.let_in(session, store, number, name, account, NOW)
    assert found is not None
    return found


def check(db: Database, where: int, who: int, pin: str, now: datetime = NOW) -> pins.Tried:
    return pins.check(db, where, who, pin, now, QUICK)


def test_right_and_wrong(shop: Database) -> None:
    anna, nobody = person(shop, "anna"), person(shop, "bert", None)
    where = tablet(shop, anna)
    assert check(shop, where, anna, RIGHT).right
    assert not check(shop, where, anna, WRONG).right
    assert not check(shop, where, nobody, RIGHT).right


def test_who_has_no_pin_is_nobody_even_by_the_hash_that_stands_for_nobody(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bert = person(shop, "bert", None)
    monkeypatch.setattr(pins, "NOBODYS_HASH", QUICK.hash(RIGHT))
    assert not check(shop, tablet(shop, bert), bert, RIGHT).right


def test_five_wrong_ones_lock_this_person_on_this_tablet(shop: Database) -> None:
    anna, boris = person(shop, "anna"), person(shop, "boris")
    here, there = tablet(shop, anna), tablet(shop, anna, "Bakery")
    found = [check(shop, here, anna, WRONG) for _ in range(FREE)]
    assert [one.locked for one in found] == [timedelta(0)] * 4 + [timedelta(minutes=1)]
    refused = check(shop, here, anna, RIGHT)
    assert (refused.right, refused.wait, refused.whole_tablet) == (False, timedelta(minutes=1), False)
    assert check(shop, here, boris, RIGHT).right
    assert check(shop, there, anna, RIGHT).right
    assert check(shop, here, anna, RIGHT, NOW + timedelta(seconds=59)).wait == timedelta(seconds=1)
    later = NOW + timedelta(minutes=1)
    assert check(shop, here, anna, WRONG, later).locked == timedelta(minutes=2)
    assert check(shop, here, anna, RIGHT, later + timedelta(minutes=2)).right
    found = [check(shop, here, anna, WRONG, later + timedelta(minutes=2)) for _ in range(4)]
    assert not any(one.wait or one.locked for one in found), "a right one begins anew"


def test_a_lock_outlives_the_server(shop: Database) -> None:
    anna = person(shop, "anna")
    where = tablet(shop, anna)
    for _ in range(FREE):
        check(shop, where, anna, WRONG)
    if shop.is_sqlite and not shop.in_memory:
        again = Database(shop.url.render_as_string(hide_password=False))
        assert check(again, where, anna, RIGHT).wait
        again.close()
    with shop.reading() as session:
        row = session.get(PinTries, (where, anna))
    assert row is not None
    assert row.wrong == FREE


def test_the_whole_tablet_slows_down(shop: Database) -> None:
    people = [person(shop, f"p{number}") for number in range(BURST // 3 + 1)]
    where = tablet(shop, people[0])
    for account in people[:-1]:
        for _ in range(3):
            assert not check(shop, where, account, WRONG).wait
    refused = check(shop, where, people[-1], RIGHT)
    assert (refused.right, refused.whole_tablet) == (False, True)
    assert check(shop, where, people[-1], RIGHT, NOW + refused.wait).right
    with shop.reading() as session:
        assert session.get(PinTries, (where, people[-1])) is None


def test_right_ones_cost_a_tablet_nothing(shop: Database) -> None:
    anna = person(shop, "anna")
    where = tablet(shop, anna)
    assert all(check(shop, where, anna, RIGHT).right for _ in range(3 * BURST))


def test_tries_at_the_same_moment_are_all_counted(shop: Database) -> None:
    anna = person(shop, "anna")
    where = tablet(shop, anna)
    with ThreadPoolExecutor(1 if shop.in_memory else 8) as pool:
        found = list(pool.map(lambda _: check(shop, where, anna, WRONG), range(24)))
    assert sum(not one.wait for one in found) == FREE


def test_a_new_pin_and_a_cleared_one_end_the_lock_and_the_old_pin(shop: Database) -> None:
    anna = person(shop, "anna")
    where = tablet(shop, anna)
    for _ in range(FREE):
        check(shop, where, anna, WRONG)
    pins.choose(shop, anna, "705164", NOW, QUICK)
    assert not check(shop, where, anna, RIGHT).right
    assert check(shop, where, anna, "705164").right
    with shop.transaction() as session:
        assert pins.clear(session, anna)
        assert not pins.clear(session, anna)
    assert not check(shop, where, anna, "705164").right


def test_only_who_may_answer_here_holds_a_pin(shop: Database) -> None:
    anna = person(shop, "anna")
    person(shop, "auditor", role="auditor")
    person(shop, "installer", role="installer")
    person(shop, "zoe", store="s2")
    person(shop, "bert", None)
    gone = person(shop, "gone")
    with shop.transaction() as session:
        set_active(session, gone, False)
    with shop.reading() as session:
        assert [one.account_id for one in pins.holders(session, "s1")] == [anna]
        assert [one.name for one in pins.holders(session, "s2")] == ["Zoe"]


def test_of_another_stores_carrier_only_the_name_is_known(shop: Database) -> None:
    with shop.transaction() as session:
        session.add(Carrier(id=7, store_id="s2", name="Zoe", initials="ZX"))
    new = NewAccount(login="zoe", name="Zoe Kask", password="long enough for us", carrier_id=7)
    pins.choose(shop, create(shop, new, QUICK), RIGHT, NOW, QUICK)
    with shop.reading() as session:
        (here,), (there,) = pins.holders(session, "s1"), pins.holders(session, "s2")
    assert (here.initials, here.carrier_id, there.initials, there.carrier_id) == ("ZK", None, "ZX", 7)


def test_no_pin_is_kept_or_told(shop: Database) -> None:
    anna = person(shop, "anna")
    with shop.reading() as session:
        row = session.get(Pin, anna)
        assert row is not None
        assert row.pin_hash.startswith("$argon2id$")
        assert RIGHT not in row.pin_hash
        assert "argon2" not in repr(row)
