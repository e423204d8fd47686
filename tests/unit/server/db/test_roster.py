"""Rows of roster and policies as people change them, on both databases: each change counts the revision up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from server.db import policies, roster
from server.db.connect import Database
from server.db.engine_store import read_store, revision_of
from server.db.roster import NewRotation, NewShift
from server.db.tables import Duty, Incident, Page, Policy, Rotation, Shift, Store
from server.rules import facts
from tests import small_shop
from tests.small_shop import ANNA, BORIS, DAIRY, STORE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NIGHTS = NewShift(ANNA, None, DAIRY, (0, 1), time(22), time(6))
TURNS = NewRotation("Guard", date(2026, 11, 16), 7, (BORIS, ANNA))


@pytest.fixture
def shop(db: Database) -> Database:
    with db.transaction() as session:
        small_shop.fill(session)
        session.add(Store(id="s2", name="Other"))
        if not db.is_sqlite:  # it does not count rows that came with an id of their own
            session.execute(text("SELECT setval(pg_get_serial_sequence('policy', 'id'), 100)"))
    return db


def read(db: Database) -> facts.Store:
    with db.reading() as session:
        found = read_store(session, STORE, NOW)
    assert found is not None
    return found


def revision(db: Database) -> int:
    with db.reading() as session:
        return revision_of(session, STORE) or 0


def nights(db: Database) -> list[int]:
    return sorted(one.weekday for one in read(db).shifts if one.starts == time(22))


def test_shifts_come_change_and_go(shop: Database) -> None:
    with shop.transaction() as session:
        roster.add_shifts(session, STORE, NIGHTS)
        roster.add_shifts(session, STORE, NIGHTS)
    assert nights(shop) == [0, 1]
    assert revision(shop) == 2
    with shop.reading() as session:
        key = next(one.id for one in roster.shifts(session, STORE) if one.starts == time(22))
    with shop.transaction() as session:
        assert not roster.change_shift(session, "s2", key, NIGHTS)
        assert not roster.remove_shift(session, "s2", key)
        assert roster.change_shift(session, STORE, key, replace(NIGHTS, weekdays=(4,)))
        assert not roster.remove_shift(session, STORE, key)
    assert nights(shop) == [1, 4]


def test_rotations_come_change_and_go_with_their_shifts(shop: Database) -> None:
    with shop.transaction() as session:
        key = roster.save_rotation(session, STORE, None, TURNS)
        assert key is not None
        roster.add_shifts(session, STORE, replace(NIGHTS, carrier_id=None, rotation_id=key))
    assert read(shop).rotations[key].carriers == (BORIS, ANNA)
    with shop.transaction() as session:
        assert roster.save_rotation(session, "s2", key, TURNS) is None
        assert not roster.remove_rotation(session, "s2", key)
        assert roster.save_rotation(session, STORE, key, replace(TURNS, carriers=(ANNA,), days=1)) == key
    assert (read(shop).rotations[key].carriers, read(shop).rotations[key].days) == ((ANNA,), 1)
    with shop.transaction() as session:
        assert roster.remove_rotation(session, STORE, key)
    with shop.reading() as session:
        assert session.exec(select(Shift).where(Shift.rotation_id == key)).all() == []
        assert session.exec(select(Rotation)).all() == []


def test_exceptions_end_or_are_taken_out(shop: Database) -> None:
    with shop.transaction() as session:
        for kind, first, last in (("away", -1, 1), ("work", 1, 2), ("break", -2, -1)):
            session.add(
                Duty(
                    store_id=STORE,
                    carrier_id=ANNA,
                    kind=kind,
                    starts_at=NOW + first * HOUR,
                    ends_at=NOW + last * HOUR,
                )
            )
    with shop.reading() as session:
        found = roster.exceptions(session, STORE, NOW)
    assert [one.kind for one in found] == ["away", "work"]
    with shop.transaction() as session:
        for one in found:
            assert not roster.remove_exception(session, "s2", one.id, NOW)
            assert roster.remove_exception(session, STORE, one.id, NOW)
            assert not roster.remove_exception(session, STORE, one.id, NOW)
    with shop.reading() as session:
        left = {row.kind: row.ends_at for row in session.exec(select(Duty))}
    assert left == {"away": NOW, "break": NOW - HOUR}
    assert read(shop).duties == ()


def test_a_policy_is_read_as_it_was_written(shop: Database) -> None:
    new = facts.Policy(
        id=None,
        ttl_s=60,
        exit_s=45,
        attend_s=50,
        repeat_s=10,
        repeats=0,
        steps=(facts.Step(1, 0, "zone", most=2, alert=3), facts.Step(2, 5, "carrier", carrier_id=BORIS)),
        name="Night",
        zone_id=DAIRY,
        use=facts.PolicyUse.CLOSED,
        hours=(facts.Span(5, time(22), time(6)),),
        priority=3,
        tell_others=False,
    )
    with shop.transaction() as session:
        key = policies.save(session, STORE, new)
    assert key is not None
    kept = replace(new, id=key)
    assert read(shop).policies[key] == kept
    shorter = replace(kept, steps=new.steps[:1], hours=())
    with shop.transaction() as session:
        assert policies.save(session, "s2", shorter) is None
        assert policies.save(session, STORE, shorter) == key
    assert read(shop).policies[key] == shorter
    assert revision(shop) == 2


def test_a_policy_is_switched_off_and_on(shop: Database) -> None:
    with shop.transaction() as session:
        assert not policies.switch(session, "s2", 1, active=False)
        assert policies.switch(session, STORE, 1, active=False)
    assert read(shop).policies == {}
    with shop.transaction() as session:
        assert policies.switched_off(session, STORE) == ((1, "Whole shop"),)
        assert policies.switch(session, STORE, 1, active=True)
    assert list(read(shop).policies) == [1]
    with shop.reading() as session:
        assert session.get_one(Policy, 1).active


def test_who_was_called_last_and_when(shop: Database) -> None:
    with shop.transaction() as session:
        for opened, purpose, who, reason in (
            (NOW - HOUR, "call", ANNA, "step"),
            (NOW - 2 * HOUR, "call", ANNA, "repeat"),
            (NOW - HOUR, "drill", BORIS, "step"),
            (NOW - HOUR, "call", BORIS, "taken"),
            (NOW - 13 * HOUR, "call", BORIS, "step"),
        ):
            _call(session, opened, purpose, who, reason)
    with shop.reading() as session:
        assert policies.last_paged(session, STORE, NOW) == {ANNA: NOW - HOUR}
        assert policies.last_paged(session, "s2", NOW) == {}


def _call(session: Session, opened: datetime, purpose: str, who: int, reason: str) -> None:
    key, press = uuid4(), uuid4()
    session.add(
        Incident(
            id=key,
            store_id=STORE,
            number=opened.hour * 10 + who * 100 + len(reason),
            device="b1",
            input=1,
            press_id=press,
            purpose=purpose,
            state="closed",
            opened_at=opened,
            triggered_at=opened,
            exit_at=opened,
        )
    )
    session.flush()
    session.add(
        Page(
            id=uuid4(),
            store_id=STORE,
            incident_id=key,
            press_id=press,
            step=1,
            reason=reason,
            pager_id=who,
            carrier_id=who,
            gateway="g1",
            transmitter="t1",
            address="1001",
            format="text",
            charset="ascii",
            body="DAIRY",
            alert=1,
            priority=2,
            purpose=purpose,
            state="transmitted",
            created_at=opened,
            deadline_at=opened,
        )
    )
