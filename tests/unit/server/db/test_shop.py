"""Loading a shop: twice is once, a changed file changes rows, history stays."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import SQLModel, select

from server.db.connect import Database
from server.db.rows import Summary
from server.db.shop import load_shop
from server.db.tables import (
    Button,
    Carrier,
    Device,
    Incident,
    Pager,
    Policy,
    PolicyStep,
    Shift,
    Store,
    Transmitter,
    Zone,
)
from server.shop_file import parse_shop
from tests.unit.server.test_shop_file import small

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TABLES: list[type[SQLModel]] = [
    Store,
    Device,
    Zone,
    Button,
    Carrier,
    Transmitter,
    Pager,
    Shift,
    Policy,
    PolicyStep,
]


def _load(db: Database, table: dict[str, Any]) -> Summary:
    with db.transaction() as session:
        return load_shop(session, parse_shop(table))


def _dump(db: Database) -> list[dict[str, Any]]:
    with db.reading() as session:
        return [row.model_dump() for table in TABLES for row in session.exec(select(table))]


def _all(db: Database, table: type[Any]) -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(table).order_by(table.id)))


def test_the_rows_are_what_the_file_says(db: Database) -> None:
    summary = _load(db, small())
    assert summary.added == {
        "store": 1,
        "device": 3,
        "zone": 2,
        "button": 1,
        "carrier": 2,
        "transmitter": 1,
        "pager": 1,
        "shift": 5,
        "policy": 1,
        "step": 1,
    }
    (pager,), (carrier, _) = _all(db, Pager), _all(db, Carrier)
    assert (pager.address, pager.carrier_id, pager.format) == ("0012", carrier.id, "text")
    assert {row.device: row.kind for row in _all(db, Device)} == {"b1": "b", "g1": "g", "srv": "s"}


def test_a_second_load_changes_nothing(db: Database) -> None:
    _load(db, small())
    before = _dump(db)
    assert not _load(db, small())
    assert _dump(db) == before


def test_a_changed_file_changes_rows_and_keeps_their_ids(db: Database) -> None:
    _load(db, small())
    ids = [row.id for row in (*_all(db, Zone), *_all(db, Button), *_all(db, Carrier), *_all(db, Pager))]
    table = small()
    table["store"]["name"] = "New name"
    table["zones"][0]["pager_name"] = "BREAD"
    table["buttons"][0] |= {"zone": "Fish", "label": "Salmon"}
    table["carriers"][0]["role"] = "security"
    table["pagers"][0] |= {"address": "0099", "carrier": "TO"}
    table["shifts"][0]["days"] = "mon"
    table["policies"][0] |= {"exit_s": 60, "steps": [{"target": "everybody"}, {"target": "zone"}]}
    assert _load(db, table)
    assert [
        row.id for row in (*_all(db, Zone), *_all(db, Button), *_all(db, Carrier), *_all(db, Pager))
    ] == ids
    assert _all(db, Store)[0].name == "New name"
    assert _all(db, Button)[0].label == "Salmon"
    assert (_all(db, Pager)[0].address, _all(db, Pager)[0].carrier_id) == ("0099", _all(db, Carrier)[1].id)
    assert [row.weekday for row in _all(db, Shift)] == [0]
    assert [row.target for row in _all(db, PolicyStep)] == ["everybody", "zone"]


def test_what_left_the_file_is_switched_off_and_comes_back(db: Database) -> None:
    _load(db, small())
    table = small()
    for section in ("buttons", "pagers", "shifts"):
        table[section] = []
    table["carriers"] = table["carriers"][1:]
    summary = _load(db, table)
    assert summary.gone == {"device": 1, "button": 1, "carrier": 1, "pager": 1, "shift": 5}
    assert not _all(db, Button)[0].active
    assert not _all(db, Pager)[0].active
    assert [row.active for row in _all(db, Carrier)] == [False, True]
    _load(db, small())
    assert _all(db, Button)[0].active
    assert _all(db, Pager)[0].active
    assert len(_all(db, Carrier)) == 2


def test_a_new_person_with_old_initials_is_a_new_row(db: Database) -> None:
    _load(db, small())
    table = small()
    table["carriers"][0]["name"] = "Alma Karu"
    _load(db, table)
    assert [(row.name, row.active) for row in _all(db, Carrier)] == [
        ("Anna Kask", False),
        ("Tiina Oja", True),
        ("Alma Karu", True),
    ]


def test_state_of_devices_and_transmitters_is_kept(db: Database) -> None:
    _load(db, small())
    with db.transaction() as session:
        for device in session.exec(select(Device)):
            device.state = "online"
        session.exec(select(Transmitter)).one().state = "ready"
    table = small()
    table["gateways"][0]["name"] = "Cellar"
    _load(db, table)
    assert {row.state for row in _all(db, Device)} == {"online"}
    assert _all(db, Transmitter)[0].state == "ready"


def _with_zone_policy() -> dict[str, Any]:
    table = small()
    steps = [{"target": "carrier", "carrier": "TO"}]
    table["policies"].append({"name": "Fish", "zone": "Fish", "exit_s": 30, "steps": steps})
    return table


def test_a_policy_that_left_the_file_is_removed(db: Database) -> None:
    _load(db, _with_zone_policy())
    assert len(_all(db, Policy)) == 2
    _load(db, small())
    assert [row.name for row in _all(db, Policy)] == ["Normal"]
    assert [row.target for row in _all(db, PolicyStep)] == ["zone"]


def test_a_policy_that_an_incident_names_stays_and_does_what_the_store_does(db: Database) -> None:
    _load(db, _with_zone_policy())
    fish = _all(db, Policy)[1]
    with db.transaction() as session:
        session.add(
            Incident(
                id=UUID(int=1),
                store_id="s1",
                number=1,
                policy_id=fish.id,
                device="b1",
                input=1,
                press_id=UUID(int=2),
                purpose="call",
                state="closed",
                opened_at=NOW,
                triggered_at=NOW,
                exit_at=NOW,
            )
        )
    _load(db, small())
    kept = _all(db, Policy)[1]
    assert (kept.id, kept.exit_s) == (fish.id, 90)
    assert [row.target for row in _all(db, PolicyStep) if row.policy_id == kept.id] == ["zone"]
    assert not _load(db, small())


def test_another_store_is_left_alone(db: Database) -> None:
    other = copy.deepcopy(small())
    other["store"]["id"] = "s2"
    _load(db, other)
    before = _dump(db)
    table = small()
    table["buttons"] = []
    _load(db, table)
    assert [row for row in _dump(db) if row in before] == before


def test_half_a_shop_is_never_stored(db: Database) -> None:
    shop = parse_shop(small())
    broken = shop.model_copy(update={"policies": (shop.policies[0], "not a policy")})
    with pytest.raises(AttributeError), db.transaction() as session:
        load_shop(session, broken)
    assert _dump(db) == []
