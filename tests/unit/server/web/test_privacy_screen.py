"""The screen of how long data is kept: what would go is said first; people who are told of or forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import select

from server.db.connect import Database
from server.db.tables import AuditEntry, Carrier, Retention
from server.rules.audit import Action
from server.rules.incidents import State
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk

USUAL = {"staff": 730, "letters": 365, "refused": 90, "audit": 1_096, "calls": 3_653}


@pytest.fixture
def setup(client_for: ClientFor, database: Database, desk: FakeDesk, shop: Shop) -> Setup:
    shop.account("marina", "Marina Kask", role="manager", store_id=shop.store, carrier=shop.carriers[2])
    shop.account("jaan", "Jaan Tamm", store_id=shop.store, carrier=shop.carriers[0])
    for ago in (100 * 86_400, 300):
        shop.incident(0, ago, state=State.CLOSED, answered=20, attended=50, closed=90, by="jaan")
    return Setup(client_for("marina"), database, desk, shop)


def noted(setup: Setup) -> list[AuditEntry]:
    return setup.rows(AuditEntry)


def test_what_would_go_is_said_before_it_is_saved(setup: Setup) -> None:
    shown = setup.get("/privacy")
    assert "Save these days" not in shown
    days: dict[str, Any] = {**USUAL, "staff": 90}
    text = setup.post("/privacy", 200, act="look", **days).text
    assert "1 call loses the names in it." in text
    assert "this goes for good" in text
    assert 'name="looked" value="90.365.90.1096.3653"' in text
    assert setup.rows(Retention) == []
    setup.post("/privacy", act="save", looked="90.365.90.1096.3653", **days)
    assert {row.kind: row.days for row in setup.rows(Retention)} == days
    (entry,) = noted(setup)
    assert (entry.action, entry.changes) == (Action.RETENTION_SET, {"staff": [730, 90]})


def test_days_that_were_not_looked_at_are_not_saved(setup: Setup) -> None:
    text = setup.post(
        "/privacy", 200, act="save", looked="90.365.90.1096.3653", **{**USUAL, "staff": 30}
    ).text
    assert "1 call loses" in text
    assert setup.rows(Retention) == []


def test_days_out_of_bounds_are_refused(setup: Setup) -> None:
    text = setup.post("/privacy", 422, act="save", **{**USUAL, "calls": 30, "audit": "x"}).text
    assert "Please write a whole number from 366 to 3,653." in text
    assert "Please write a whole number from 365 to 3,653." in text
    setup.post("/privacy", 422, act="look", **{**USUAL, "calls": 400, "staff": 500})
    assert setup.rows(Retention) == []


def test_a_file_of_what_is_held_is_noted(setup: Setup) -> None:
    answer = setup.client.get(setup.url(f"/people/{setup.shop.carriers[0]}/held.json"))
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    found = json.loads(answer.text)
    assert found["person"]["name"] == "Jaan Tamm"
    assert len(found["calls dealt with"]) == 2
    assert "password" not in answer.text
    (entry,) = noted(setup)
    assert (entry.action, entry.target_name) == (Action.EXPORTED_PERSON, "Jaan Tamm")
    assert setup.client.get(setup.url("/people/9999/held.json")).status_code == 404


def test_who_left_is_forgotten_and_only_on_purpose(setup: Setup) -> None:
    jaan = setup.shop.carriers[0]
    setup.post(f"/people/{jaan}/forget", 409, sure="yes")
    setup.post(f"/people/{jaan}/off")
    setup.post(f"/people/{jaan}/forget", 422)
    assert "Jaan Tamm" in setup.get("/privacy")
    setup.post(f"/people/{jaan}/forget", sure="yes")
    text = setup.get("/privacy")
    assert "Jaan Tamm" not in text
    assert "Former colleague" in text
    assert setup.row(Carrier, id=jaan).initials == "–"
    assert noted(setup)[-1].action == Action.PERSON_FORGOTTEN
    assert "Jaan" not in repr(noted(setup))
    setup.post("/people/9999/forget", 404, sure="yes")


def test_when_something_went_old_copies_are_told_of(setup: Setup) -> None:
    row = Retention(store_id=setup.shop.store, kind="staff", upto=setup.shop.now, done_at=setup.shop.now)
    setup.add(row)
    text = setup.get("/privacy")
    assert "Copies of the database made before 21 November 2026, 14:07 still hold what went." in text
    with setup.db.reading() as session:
        assert session.exec(select(AuditEntry)).all() == []
