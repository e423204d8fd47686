"""What is recorded, from rows on both engines: complete in itself, without a name or a customer's word."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from broker_config.errors import SetupError
from server.db.connect import Database
from server.db.tables import Account, Duty, Incident, Journal, LastResort, Page, PressRow, Store
from server.replay import record as recording
from server.replay.file import RecordFile
from server.replay.lines import CallLine, Head, Line, PressLine
from server.replay.make import make_record
from server.rules.journal import Action
from tests import small_shop
from tests.small_shop import ANNA, BORIS, STORE

DAY = date(2026, 3, 29)
"""The clock goes forward: the day has 23 hours."""
BEGINS = datetime(2026, 3, 28, 22, tzinfo=UTC)
NOW = datetime(2026, 4, 1, tzinfo=UTC)


class Rows:
    """Rows as the engine writes them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.number = 0

    def incident(self, at: datetime, **fields: Any) -> UUID:
        self.number += 1
        values = {
            "id": UUID(int=self.number),
            "store_id": STORE,
            "number": self.number,
            "button_id": 1,
            "zone_id": 1,
            "policy_id": 1,
            "device": "b1",
            "input": 1,
            "press_id": UUID(int=self.number << 32),
            "purpose": "call",
            "state": "closed",
            "opened_at": at,
            "triggered_at": at,
            "exit_at": at + timedelta(seconds=90),
        }
        self.session.add(Incident(**{**values, **fields}))
        self.session.flush()
        return UUID(int=self.number)

    def press(self, number: int, at: datetime, **fields: Any) -> None:
        values = {
            "id": UUID(int=number),
            "store_id": STORE,
            "device": "b1",
            "input": 1,
            "run": "r",
            "boot": "b",
            "seq": number % 2**40 + 1,
            "kind": "press",
            "purpose": "call",
            "state": "stored",
            "pressed_at": at,
            "received_at": at + timedelta(milliseconds=40),
            "age_ms": 40,
            "age_known": True,
            "tries": 1,
        }
        self.session.add(PressRow(**{**values, **fields}))
        self.session.flush()

    def page(self, number: int, incident: UUID, at: datetime, carrier: int, **fields: Any) -> None:
        values = {
            "id": UUID(int=number),
            "store_id": STORE,
            "incident_id": incident,
            "press_id": UUID(int=1),
            "step": 1,
            "reason": "step",
            "pager_id": carrier,
            "carrier_id": carrier,
            "gateway": "g1",
            "transmitter": "t1",
            "address": "1001",
            "format": "text",
            "charset": "ascii",
            "body": "SECRET WORDS",
            "alert": 1,
            "priority": 2,
            "purpose": "call",
            "state": "transmitted",
            "created_at": at,
            "deadline_at": at,
        }
        self.session.add(Page(**{**values, **fields}))
        self.session.flush()

    def say(
        self, incident: UUID, at: datetime, action: Action, account: int | None = None, **more: Any
    ) -> None:
        detail = more.pop("detail", {})
        self.session.add(
            Journal(
                at=at,
                store_id=STORE,
                incident_id=incident,
                account_id=account,
                action=action.value,
                detail=detail,
                **more,
            )
        )
        self.session.flush()


@pytest.fixture
def shop(db: Database) -> Database:
    with db.transaction() as session:
        small_shop.fill(session)
    return db


@pytest.fixture(params=[2, 500])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "CHUNK", request.param)


def recorded(db: Database, folder: Path, first: date = DAY, last: date = DAY) -> tuple[Head, list[Line]]:
    out = folder / "record.jsonl"
    make_record(db, None, first, last, out, NOW)
    file = RecordFile(out)
    file.check()
    return file.head, list(file.lines())


@pytest.mark.usefixtures("chunk")
def test_a_call_with_everything(shop: Database, tmp_path: Path) -> None:
    at = BEGINS + timedelta(hours=3)

    def after(seconds: float) -> datetime:
        return at + timedelta(seconds=seconds)

    with shop.transaction() as session:
        rows = Rows(session)
        call = rows.incident(at, again=True)
        rows.press(1 << 32, at, incident_id=call)
        rows.press(70, after(4), incident_id=call, state="merged")
        rows.press(71, after(5), incident_id=call, state="undone")
        rows.press(72, after(6), incident_id=call, kind="arrive")
        rows.press(73, after(7), incident_id=call, input=16)  # the customer's green press elsewhere
        rows.page(1, call, after(0.1), ANNA)
        rows.page(2, call, after(20), BORIS, state="failed", step=2)
        rows.say(call, after(0), Action.OPENED)
        rows.say(call, after(12), Action.ACKNOWLEDGED, ANNA)
        rows.say(call, after(15), Action.PASSED_ON, ANNA, detail={"to": "BK"})
        rows.say(call, after(30), Action.ATTENDED, detail={"how": "key"})
        rows.say(call, after(60), Action.CLOSED, BORIS, new="recovered", detail={"cause": 3})
    _, found = recorded(shop, tmp_path)
    assert len(found) == 1
    line = found[0]
    assert isinstance(line, CallLine)
    assert (line.number, line.zone, line.again, line.opened_at) == (1, "Dairy & eggs", True, at)
    assert [(one.id.int, one.pressed_at) for one in line.presses] == [(1 << 32, at), (70, after(4))]
    assert [(one.at, one.pager, one.who, one.reached) for one in line.pages] == [
        (after(0.1), "Pager 1", "AT", True),
        (after(20), "Pager 2", "BK", False),
    ]
    assert [(one.at, one.did, one.staff, one.by, one.to, one.outcome) for one in line.deeds] == [
        (after(12), "acknowledged", True, "AT", None, None),
        (after(15), "passed_on", True, "AT", "BK", None),
        (after(30), "attended", True, None, None, None),
        (after(60), "closed", True, "BK", None, "recovered"),
    ]


@pytest.mark.usefixtures("chunk")
def test_all_of_the_period_once_and_nothing_else(shop: Database, tmp_path: Path) -> None:
    ends = BEGINS + timedelta(hours=23)
    with shop.transaction() as session:
        rows = Rows(session)
        session.add(Store(id="s2", name="Next door"))
        session.flush()
        moments = [
            BEGINS - timedelta(microseconds=1),
            BEGINS,
            *(BEGINS + timedelta(hours=1) for _ in range(5)),
            ends,
        ]
        for at in moments:
            rows.incident(at)
        rows.incident(BEGINS, purpose="drill")
        rows.incident(BEGINS, store_id="s2", number=1, button_id=None, zone_id=None, policy_id=None)
        for number, at in enumerate(moments, start=90):
            rows.press(number, at)
        rows.press(60, BEGINS, state="late")
        rows.press(61, BEGINS, state="undone")
        rows.press(62, BEGINS, kind="arrive")
        rows.press(63, BEGINS, purpose="canary")
        rows.press(64, BEGINS, purpose="drill")
        rows.press(65, BEGINS, store_id="s2")
        out = tmp_path / "record.jsonl"
    make_record(shop, STORE, DAY, DAY, out, NOW)
    file = RecordFile(out)
    end = file.check()
    found = list(file.lines())
    assert [one.number for one in found if isinstance(one, CallLine)] == [2, 3, 4, 5, 6, 7]
    states = [one.state for one in found if isinstance(one, PressLine)]
    assert sorted(states) == ["late", *["stored"] * 6, "undone"]
    assert (end.calls, end.presses) == (6, 8)
    assert [one.moment for one in found] == sorted(one.moment for one in found)


def test_a_call_by_the_keeper_counts_as_taken_in_at_once(shop: Database, tmp_path: Path) -> None:
    at = BEGINS + timedelta(hours=2)
    with shop.transaction() as session:
        rows = Rows(session)
        call = rows.incident(at, stood_in_at=at + timedelta(seconds=3))
        rows.press(1 << 32, at, incident_id=call, received_at=at + timedelta(minutes=9))
        rows.incident(at + timedelta(minutes=1), stood_in_at=at)  # its press never came
    _, found = recorded(shop, tmp_path)
    for line in found:
        assert isinstance(line, CallLine)
        assert line.stood_in
        assert [(one.pressed_at, one.received_at) for one in line.presses] == [
            (line.opened_at, line.opened_at)
        ]


def test_the_head_is_complete_and_without_names(shop: Database, tmp_path: Path) -> None:
    with shop.transaction() as session:
        rows = Rows(session)
        session.add(LastResort(store_id=STORE, kind="mail", target="anna@example.com"))
        session.add(Account(id=900, login="zlogin", name="Zoe Office", password_hash="!", store_id=STORE))
        for starts, ends in ((-3, -1), (-1, 2), (5, 6), (22.5, 30), (24, 30), (7, 7)):
            session.add(
                Duty(
                    store_id=STORE,
                    carrier_id=ANNA,
                    kind="away",
                    zone_id=2,
                    starts_at=BEGINS + timedelta(hours=starts),
                    ends_at=BEGINS + timedelta(hours=ends),
                )
            )
        before = rows.incident(BEGINS - timedelta(days=2))
        rows.page(5, before, BEGINS - timedelta(days=2), ANNA)
        rows.page(6, before, BEGINS - timedelta(days=1), ANNA)
        rows.page(7, before, BEGINS - timedelta(hours=1), BORIS, reason="taken")
    top, _ = recorded(shop, tmp_path)
    assert (top.begins_at, top.ends_at) == (BEGINS, BEGINS + timedelta(hours=23))
    assert [one.starts_at - BEGINS for one in top.duties] == [timedelta(hours=one) for one in (-1, 5, 22.5)]
    assert {(one.who, one.zone) for one in top.duties} == {("AT", "Wine")}
    assert top.last_called == {"AT": BEGINS - timedelta(days=1)}
    text = (tmp_path / "record.jsonl").read_text()
    for word in ("Anna", "Boris", "zlogin", "Zoe Office", "example.com", "SECRET"):
        assert word not in text


def test_what_it_cannot_do_it_says(shop: Database, tmp_path: Path) -> None:
    out = tmp_path / "record.jsonl"
    with pytest.raises(SetupError, match="turn them round"):
        make_record(shop, None, DAY, DAY - timedelta(days=1), out, NOW)
    with pytest.raises(SetupError, match="between the years"):
        make_record(shop, None, DAY, date.max, out, NOW)
    with pytest.raises(SetupError, match="no store 'other'"):
        make_record(shop, "other", DAY, DAY, out, NOW)
    assert not out.exists()
    with shop.transaction() as session:
        session.add(Store(id="s2", name="Next door"))
    with pytest.raises(SetupError, match="say which store: --store s1 or --store s2"):
        make_record(shop, None, DAY, DAY, out, NOW)


def test_midnights_of_a_period() -> None:
    period = recording.Period(DAY, DAY, ZoneInfo("Europe/Tallinn"))
    assert (period.begins_at, period.ends_at) == (BEGINS, BEGINS + timedelta(hours=23))
    assert time(0) == period.begins_at.astimezone(period.zone).time()
