"""What screens read of devices, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from broker_config.messages import Settings, Telemetry
from server.db import tables
from server.db.connect import Database
from server.db.devices import DeviceLine, InForce, device_day, device_lines
from server.db.faults import read_faults
from server.db.upgrade import downgrade, upgrade
from server.rules.presence import Presence
from tests import small_shop
from tests.small_shop import ANNA, STORE

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.transaction() as session:
        small_shop.fill(session)
        yield session


def change(session: Session, device: str = "b1", **columns: Any) -> None:
    row = session.exec(select(tables.Device).where(tables.Device.device == device)).one()
    for name, value in columns.items():
        setattr(row, name, value)
    session.flush()


def line(session: Session, device: str = "b1") -> DeviceLine:
    return next(one for one in device_lines(session, STORE) if one.device == device)


def fault(session: Session, kind: str, ago: timedelta, ended: timedelta | None = None, **more: Any) -> None:
    ended_at = None if ended is None else NOW - ended
    values: dict[str, Any] = {"device": "b1", "since": NOW - ago, "told_at": NOW - ago, "ended_at": ended_at}
    session.add(tables.Fault(store_id=STORE, kind=kind, **{**values, **more}))
    session.flush()


def press(session: Session, seq: int, ago: timedelta, number: int = 1, purpose: str = "call") -> None:
    session.add(
        tables.PressRow(
            id=UUID(int=seq),
            store_id=STORE,
            device="b1",
            input=number,
            run="aaaa",
            boot="bbbb",
            seq=seq,
            kind="press",
            purpose=purpose,
            state="stored",
            pressed_at=NOW - ago,
            received_at=NOW - ago,
            age_ms=1,
            age_known=True,
            tries=1,
        )
    )
    session.flush()


def test_a_device_that_was_never_seen(session: Session) -> None:
    found = device_lines(session, STORE)
    assert [(one.device, one.kind) for one in found] == [("b1", "b"), ("b2", "b"), ("g1", "g"), ("srv", "s")]
    assert {one.presence for one in found} == {Presence.UNKNOWN}
    assert {one.settings for one in found} == {InForce.OWN}
    day = device_day(session, STORE, "b1", NOW)
    assert day is not None
    assert (day.samples, day.faults, day.hours, day.commands) == ((), (), (), ())
    assert [(one.input, one.zone) for one in day.inputs] == [
        (1, "Dairy & eggs"),
        (2, "Wine"),
        (16, "Wine"),
    ]
    assert device_day(session, STORE, "b9", NOW) is None


@pytest.mark.parametrize(
    ("state", "kind", "found", "since"),
    [
        ("online", "gap", Presence.ONLINE, 60),
        ("online", "silent", Presence.SILENT, 5),
        ("offline", "dead", Presence.OFFLINE, 60),
        ("offline", "silent", Presence.OFFLINE, 60),
    ],
)
def test_whether_it_is_there(session: Session, state: str, kind: str, found: Presence, since: float) -> None:
    change(session, state=state, changed_at=NOW - HOUR, heard_at=NOW - 5 * MINUTE)
    fault(session, kind, 5 * MINUTE)
    one = line(session)
    assert one.presence is found
    assert one.since == NOW - since * MINUTE


@pytest.mark.parametrize(
    ("rev", "answer", "found"),
    [
        (0, (3, False), InForce.OWN),
        (2, (None, None), InForce.WAITING),
        (2, (1, True), InForce.WAITING),
        (2, (2, True), InForce.IN_FORCE),
        (2, (2, False), InForce.REFUSED),
    ],
)
def test_what_became_of_settings(
    session: Session, rev: int, answer: tuple[int | None, bool | None], found: InForce
) -> None:
    session.add(
        tables.DeviceSettings(
            store_id=STORE,
            device="b1",
            rev=rev,
            wanted={"volume": 3, "lights": "slow"},
            account_id=ANNA,
            set_at=NOW,
            answer_rev=answer[0],
            answer_ok=answer[1],
        )
    )
    session.flush()
    assert line(session).settings is found
    day = device_day(session, STORE, "b1", NOW)
    assert day is not None
    assert (day.settings.state, day.settings.by) == (found, "Anna T.")
    assert day.settings.wanted == Settings(rev=rev, volume=3, lights="slow")


def test_values_that_are_not_allowed_any_more_are_left_out(session: Session) -> None:
    session.add(tables.DeviceSettings(store_id=STORE, device="b1", rev=1, wanted={"volume": 99, "ttl_s": 60}))
    session.flush()
    day = device_day(session, STORE, "b1", NOW)
    assert day is not None
    assert day.settings.wanted == Settings(rev=1, ttl_s=60)


def test_the_last_day(session: Session) -> None:
    told = Telemetry(run="aaaa", boot="bbbb", up_s=5, spool=4, sw="1", inputs=[])
    change(session, telemetry=told.model_dump(mode="json"), telemetry_at=NOW)
    for ago in (25 * HOUR, HOUR, MINUTE):
        session.add(
            tables.DeviceSample(
                store_id=STORE, device="b1", at=NOW - ago, online=True, temp_c=41.5, presses=2
            )
        )
    for seq, (ago, number, purpose) in enumerate(
        [
            (26 * HOUR, 1, "call"),
            (HOUR, 1, "call"),
            (HOUR + MINUTE, 1, "drill"),
            (HOUR, 2, "call"),
            (2 * MINUTE, 1, "call"),
            (MINUTE, 1, "canary"),
        ],
        start=1,
    ):
        press(session, seq, ago, number, purpose)
    for number, minutes in ((1, 30), (2, 20)):
        session.add(
            tables.DeviceCommand(
                id=UUID(int=number),
                store_id=STORE,
                device="b1",
                name="drill",
                args={"input": 1},
                account_id=ANNA if number == 2 else None,
                asked_at=NOW - minutes * MINUTE,
            )
        )
    session.flush()
    day = device_day(session, STORE, "b1", NOW)
    assert day is not None
    assert (day.line.telemetry, day.line.spool) == (told, 4)
    assert [(one.at, one.temp_c, one.presses) for one in day.samples] == [
        (NOW - HOUR, 41.5, 2),
        (NOW - MINUTE, 41.5, 2),
    ]
    eleven, twelve = NOW.replace(hour=11, minute=0), NOW.replace(minute=0)
    assert [(one.starts_at, one.input, one.presses, one.drills) for one in day.hours] == [
        (eleven, 1, 1, 1),
        (eleven, 2, 1, 0),
        (twelve, 1, 1, 0),
    ]
    assert [(one.id.int, one.by, one.state) for one in day.commands] == [
        (2, "Anna T.", "asked"),
        (1, None, "asked"),
    ]


def test_faults(session: Session) -> None:
    fault(session, "gap", 50 * HOUR, 30 * HOUR)
    fault(session, "stuck", 3 * HOUR, 2 * HOUR, input=2)
    fault(session, "dead", HOUR, device="g1")
    fault(session, "gap", 2 * HOUR, count=3, text="5-7")
    day = device_day(session, STORE, "b1", NOW)
    assert day is not None
    assert [(one.kind, one.input, one.ended_at) for one in day.faults] == [
        ("gap", None, None),
        ("stuck", 2, NOW - 2 * HOUR),
    ]
    assert [one.kind for one in day.line.faults] == ["gap"]
    assert [(one.device, one.kind) for one in read_faults(session, STORE, open_only=True)] == [
        ("b1", "gap"),
        ("g1", "dead"),
    ]
    newest, *rest = read_faults(session, STORE, limit=2)
    assert (newest.count, newest.text, len(rest)) == (3, "5-7", 1)
    assert [one.kind for one in read_faults(session, STORE, before=rest[-1].id)] == ["stuck", "gap"]


def test_a_fault_is_open_once(session: Session) -> None:
    fault(session, "gap", 3 * HOUR, HOUR)
    fault(session, "gap", MINUTE)
    with pytest.raises(IntegrityError), session.begin_nested():
        fault(session, "gap", MINUTE)


def test_an_upgrade_takes_what_came_before_as_accounted_for(db: Database) -> None:
    with db.transaction() as session:
        small_shop.fill(session)
        press(session, 7, HOUR)
        press(session, 9, MINUTE, purpose="canary")
    downgrade(db, "0002")
    upgrade(db)
    with db.reading() as session:
        rows = {
            one.device: one for one in session.exec(select(tables.Device).order_by(col(tables.Device.id)))
        }
        assert (rows["b1"].seq_known, rows["b1"].pressed_at) == (9, NOW - HOUR)
        assert (rows["b2"].seq_known, rows["b2"].pressed_at) == (None, None)
        assert (rows["b1"].telemetry, rows["b1"].counter) == ({}, {})
