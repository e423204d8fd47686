"""Accounts and sign-ins on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import ValidationError
from sqlmodel import select

from server.db import accounts, places, sign_ins
from server.db.accounts import LoginTaken, NewAccount
from server.db.connect import Database
from server.db.sign_ins import Limits
from server.db.tables import Account, SignIn, Store

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIMITS = Limits()
QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
ANNA = NewAccount(login="Anna", name="Anna Kask", password="right password", role="manager")


def _create(db: Database, new: NewAccount = ANNA) -> int:
    return accounts.create(db, new, QUICK)


def test_the_right_password_names_the_person(db: Database) -> None:
    number = _create(db)
    person = accounts.verify(db, " aNNa ", "right password", QUICK)
    assert person is not None
    assert (person.id, person.login, person.name, person.role) == (number, "anna", "Anna Kask", "manager")


@pytest.mark.parametrize(
    ("login", "password"),
    [("anna", "wrong password"), ("anna", ""), ("nobody", "right password"), ("anna", "right password" * 99)],
)
def test_anything_else_names_nobody(db: Database, login: str, password: str) -> None:
    _create(db)
    assert accounts.verify(db, login, password, QUICK) is None


def test_what_no_database_can_look_for_is_nobody(db: Database) -> None:
    """PostgreSQL keeps no NUL, in a login or in an address."""
    assert accounts.verify(db, "an\x00na", "right password", QUICK) is None
    with db.reading() as session:
        assert places.store(session, "s\x001") is None


def test_an_account_that_is_switched_off_cannot_be_used(db: Database) -> None:
    number = _create(db)
    with db.transaction() as session:
        sign_ins.add(session, "t", number, NOW, LIMITS)
    with db.transaction() as session:
        assert accounts.set_active(session, number, False)
    assert accounts.verify(db, "anna", "right password", QUICK) is None
    with db.reading() as session:
        assert sign_ins.find(session, "t", NOW, LIMITS) is None


def test_an_unknown_login_costs_a_hash_of_today_s_strength() -> None:
    fresh = PasswordHash.recommended().hash("x")
    assert accounts.NOBODYS_HASH.rsplit("$", 2)[0] == fresh.rsplit("$", 2)[0]


def test_an_unknown_login_is_checked_against_a_hash(db: Database) -> None:
    asked: list[str] = []

    class Watching(PasswordHash):
        def verify_and_update(self, password: str | bytes, hash: str | bytes) -> tuple[bool, str | None]:
            asked.append(str(hash))
            return False, None

    accounts.verify(db, "nobody", "x", Watching((Argon2Hasher(),)))
    assert asked == [accounts.NOBODYS_HASH]


def test_a_weak_hash_is_replaced_at_the_next_sign_in(db: Database) -> None:
    _create(db)
    better = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=8, parallelism=1),))
    assert accounts.verify(db, "anna", "right password", better) is not None
    with db.reading() as session:
        assert "t=2" in session.exec(select(Account)).one().password_hash


def test_a_login_belongs_to_one_account_whatever_its_case(db: Database) -> None:
    _create(db)
    with pytest.raises(LoginTaken):
        _create(db, ANNA.model_copy(update={"login": "anna"}))


@pytest.mark.parametrize(
    "change",
    [
        {"login": "a b"},
        {"login": ""},
        {"login": "x" * 61},
        {"password": "elevensigns"},
        {"password": "x" * 129},
        {"password": "1qaz2wsx3edc"},
        {"login": "longer-than-twelve", "password": "Longer than twelve"},
        {"role": "admin"},
    ],
)
def test_what_a_new_account_must_be(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        NewAccount.model_validate({"login": "a", "name": "A", "password": "long enough, and more", **change})


def test_two_ways_to_type_a_letter_are_one(db: Database) -> None:
    _create(db, ANNA.model_copy(update={"password": "kr\u00fcpt over the hill"}))
    assert accounts.verify(db, "anna", "kru\u0308pt over the hill", QUICK) is not None
    assert accounts.verify(db, "anna", "\ud800" * 12, QUICK) is None


def test_wrong_password_unknown_login_and_an_ended_account_cost_one_hash_each(db: Database) -> None:
    """Counted, not timed: so nobody learns from the clock whether there is such a login."""

    class Counting(PasswordHash):
        count = 0

        def verify_and_update(self, password: str | bytes, hash: str | bytes) -> tuple[bool, str | None]:
            Counting.count += 1
            return super().verify_and_update(password, hash)

    number, hasher, costs = _create(db), Counting(QUICK.hashers), {}
    with db.transaction() as session:
        session.add(Account(login="ended", name="E", password_hash=QUICK.hash("x"), active=False))
    for login in ("anna", "nobody", "ended", "", "x\x00", "x" * 500):
        before = Counting.count
        assert accounts.verify(db, login, "wrong", hasher) is None
        costs[login] = Counting.count - before
    assert set(costs.values()) == {1}
    assert number


def test_a_password_never_shows_in_a_representation() -> None:
    assert "right password" not in repr(ANNA)


def test_a_new_password_ends_every_sign_in(db: Database) -> None:
    number = _create(db)
    with db.transaction() as session:
        for token in ("this", "other"):
            sign_ins.add(session, token, number, NOW, LIMITS)
    assert accounts.change_password(db, number, "another one, longer", must_change=True, hasher=QUICK)
    assert accounts.verify(db, "anna", "right password", QUICK) is None
    assert accounts.verify(db, "anna", "another one, longer", QUICK) is not None
    with db.reading() as session:
        assert sign_ins.find(session, "this", NOW, LIMITS) is None
        assert sign_ins.find(session, "other", NOW, LIMITS) is None
    person = accounts.verify(db, "anna", "another one, longer", QUICK)
    assert person is not None
    assert person.must_change
    assert not accounts.change_password(
        db, number + 1, "another one, longer", must_change=False, hasher=QUICK
    )


def test_time_ends_a_sign_in_idle_and_absolute(db: Database) -> None:
    """In virtual time: twelve hours without use, seven days in any case."""
    number, hour = _create(db), timedelta(hours=1)
    with db.transaction() as session:
        for token in ("idle", "busy"):
            sign_ins.add(session, token, number, NOW, LIMITS)

    def there(token: str, after: timedelta) -> bool:
        with db.reading() as session:
            return sign_ins.find(session, token, NOW + after, LIMITS) is not None

    assert there("idle", LIMITS.idle - hour / 60)
    assert not there("idle", LIMITS.idle)
    for hours in range(11, 7 * 24, 11):
        assert there("busy", hours * hour), hours
        with db.transaction() as session:
            sign_ins.touch(session, "busy", NOW + hours * hour)
    assert there("busy", LIMITS.absolute - hour / 60)
    assert not there("busy", LIMITS.absolute)
    with db.reading() as session:
        assert sign_ins.listed(session, number, NOW + LIMITS.absolute, LIMITS) == []


def test_everybody_of_a_store(db: Database) -> None:
    with db.transaction() as session:
        session.add_all([Store(id="s1", name="One"), Store(id="s2", name="Two")])
    _create(db)
    for login, store in (("b", "s1"), ("c", "s2")):
        _create(db, NewAccount(login=login, name=login, password="long enough, and more", store_id=store))
    with db.reading() as session:
        assert [person.login for person in accounts.everybody(session, "s1")] == ["anna", "b"]
        assert [person.login for person in accounts.everybody(session)] == ["anna", "b", "c"]


def _signed_in(db: Database) -> int:
    number = _create(db)
    with db.transaction() as session:
        sign_ins.add(session, "token", number, NOW, LIMITS, "Browser\x00\n")
    return number


def test_a_file_that_is_stolen_signs_nobody_in(db: Database) -> None:
    _signed_in(db)
    with db.reading() as session:
        row = session.exec(select(SignIn)).one()
        assert "token" not in row.model_dump_json().replace("token_hash", "")
        assert row.agent == "Browser"
        assert sign_ins.find(session, row.token_hash, NOW, LIMITS) is None


def test_tokens_are_long_and_differ() -> None:
    tokens = {sign_ins.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43


def test_a_sign_in_ends_after_a_time_without_use(db: Database) -> None:
    _signed_in(db)
    for hours, there in ((11.9, True), (12.0, False)):
        with db.reading() as session:
            found = sign_ins.find(session, "token", NOW + timedelta(hours=hours), LIMITS)
        assert (found is not None) is there


def test_use_keeps_it_until_the_absolute_end(db: Database) -> None:
    _signed_in(db)
    moment = NOW
    while moment < NOW + LIMITS.absolute - timedelta(hours=6):
        moment += timedelta(hours=6)
        with db.transaction() as session:
            found = sign_ins.find(session, "token", moment, LIMITS)
            if moment < NOW + LIMITS.absolute:
                assert found is not None
                assert found.stale
                sign_ins.touch(session, "token", moment)
                again = sign_ins.find(session, "token", moment + timedelta(minutes=1), LIMITS)
                assert again is not None
                assert not again.stale
            else:
                assert found is None


def test_sign_out_and_tidy(db: Database) -> None:
    number = _signed_in(db)
    with db.transaction() as session:
        sign_ins.add(session, "later", number, NOW + timedelta(hours=1), LIMITS)
        assert sign_ins.tidy(session, NOW + timedelta(hours=12), LIMITS) == 1
        assert not sign_ins.revoke(session, "token")
        assert sign_ins.revoke(session, "later")
        assert session.exec(select(SignIn)).all() == []
