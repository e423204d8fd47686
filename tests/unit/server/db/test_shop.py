"""Loading a shop: twice is once, a changed file changes rows, history stays."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import SQLModel, select

from server.db.connect import Database
from server.db.engine_store import read_store, revision_of
from server.db.rows import Summary
from server.db.shop import load_shop
from server.db.tables import (
    Button,
    Carrier,
    Cause,
    Device,
    Incident,
    LastResort,
    Opening,
    Pager,
    Policy,
    PolicyHours,
    PolicyStep,
    Rotation,
    RotationMember,
    Shift,
    SpecialDay,
    Store,
    Transmitter,
    Zone,
)
from server.rules.causes import BUILT_IN
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
    PolicyHours,
    Rotation,
    RotationMember,
    Opening,
    SpecialDay,
    LastResort,
    Cause,
]


def full() -> dict[str, Any]:
    """A small shop with something of every kind."""
    table = small()
    table["opening"] = [{"days": "mon-sat", "from": "09:00", "to": "21:00"}]
    table["special_days"] = [{"day": "2026-12-24"}, {"day": "2026-12-31", "from": "10:00", "to": "15:00"}]
    table["zones"][0]["parent"] = "Fish"
    table["buttons"][0] |= {"skill": "Wine", "language": "ru"}
    table["carriers"][0] |= {"languages": ["et", "ru"], "skills": ["Wine"]}
    table["pagers"].append({"label": "All", "transmitter": "t1", "address": "0090", "fallback": True})
    table["rotations"] = [{"name": "Nights", "starts_on": "2026-03-02", "days": 7, "carriers": ["TO", "AK"]}]
    table["shifts"].append({"rotation": "Nights", "days": "fri", "from": "22:00", "to": "06:00"})
    table["policies"][0] |= {
        "steps": [
            {"target": "zone", "most": 1},
            {"target": "group", "pager": "All", "after_s": 20, "alert": 3},
            {"target": "carrier", "carrier": "TO"},
        ]
    }
    table["policies"].append(
        {
            "name": "Weekend",
            "zone": "Bakery",
            "priority": 1,
            "tell_others": False,
            "steps": [{"target": "role", "role": "shift_lead"}],
            "hours": [{"days": "sat,sun", "from": "08:00", "to": "20:00"}],
        }
    )
    table["last_resort"] = [{"kind": "mail", "to": "boss@shop.example"}]
    table["causes"] = [{"code": "queue"}, {"name": "Till", "parent": "queue"}]
    return table


def _shop_rows(db: Database) -> list[dict[str, Any]]:
    """Without what counts up, and without ids of rows that have no history."""
    return sorted(
        (
            {
                key: value
                for key, value in row.items()
                if key not in ("revision", "id", "rotation_id", "position")
            }
            for row in _dump(db)
        ),
        key=repr,
    )


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
        "cause": 7,
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


def test_a_policy_that_left_the_file_is_switched_off_and_no_press_finds_it(db: Database) -> None:
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
    assert _load(db, small()).gone == {"policy": 1}
    assert [(row.name, row.active) for row in _all(db, Policy)] == [("Normal", True), ("Fish", False)]
    with db.reading() as session:
        store = read_store(session, "s1", NOW)
    assert store is not None
    assert [policy.name for policy in store.policies.values()] == ["Normal"]
    assert not _load(db, small())
    _load(db, _with_zone_policy())
    assert [(row.id == fish.id, row.active) for row in _all(db, Policy)] == [(False, True), (True, True)]


def test_the_revision_counts_changes_and_nothing_else(db: Database) -> None:
    def revision() -> int:
        with db.reading() as session:
            found = revision_of(session, "s1")
        assert found is not None
        return found

    _load(db, small())
    first = revision()
    _load(db, small())
    assert revision() == first
    table = small()
    table["policies"][0]["steps"][0]["after_s"] = 5
    _load(db, table)
    assert revision() == first + 1


def test_a_zone_goes_below_another_and_comes_out_again(db: Database) -> None:
    table = small()
    table["zones"][0]["parent"] = "Fish"
    assert _load(db, table).added["zone"] == 2
    bakery, fish = _all(db, Zone)
    assert (bakery.parent_id, fish.parent_id) == (fish.id, None)
    assert _load(db, small()).changed == {"zone": 1}
    assert _all(db, Zone)[0].parent_id is None
    table["zones"] = table["zones"][:1]
    table["zones"][0].pop("parent")
    assert _load(db, table).gone == {"zone": 1}
    assert [row.active for row in _all(db, Zone)] == [True, False]


def test_zones_that_stand_in_the_order_of_the_file_keep_their_places(db: Database) -> None:
    _load(db, small())
    with db.transaction() as session:
        for row in session.exec(select(Zone)):
            row.position = row.position * 5 + 3
    assert not _load(db, small())
    table = small()
    table["zones"].reverse()
    _load(db, table)
    assert {row.name: row.position for row in _all(db, Zone)} == {"Fish": 0, "Bakery": 1}


def test_everything_new_of_a_full_shop(db: Database) -> None:
    _load(db, full())
    carrier = _all(db, Carrier)[0]
    assert (carrier.languages, carrier.skills) == (["et", "ru"], ["Wine"])
    button = _all(db, Button)[0]
    assert (button.skill, button.language) == ("Wine", "ru")
    assert [(row.label, row.fallback) for row in _all(db, Pager)] == [("P1", False), ("All", True)]
    assert [row.keeper for row in _all(db, Device) if row.kind == "g"] == [True]
    assert len(_all(db, Opening)) == 6
    assert {(row.day.day, row.opens) for row in _all(db, SpecialDay)} == {(24, None), (31, time(10))}
    assert [(row.kind, row.target) for row in _all(db, LastResort)] == [("mail", "boss@shop.example")]
    assert [row.carrier_id for row in _all(db, RotationMember)] == [2, 1]
    (rotated,) = [row for row in _all(db, Shift) if row.rotation_id is not None]
    assert rotated.carrier_id is None
    step = _all(db, PolicyStep)[1]
    assert (step.target, step.pager_id, step.alert) == ("group", 2, 3)
    assert {row.weekday for row in _all(db, PolicyHours)} == {5, 6}
    assert [(row.code or row.name, row.parent_id) for row in _all(db, Cause)] == [
        ("queue", None),
        ("Till", 1),
    ]


def test_a_full_shop_becomes_a_small_one_and_full_again(db: Database) -> None:
    _load(db, full())
    before = _shop_rows(db)
    _load(db, small())
    assert (_all(db, Rotation), _all(db, Opening), _all(db, SpecialDay)) == ([], [], [])
    assert [row.active for row in _all(db, LastResort)] == [False]
    assert [row.active for row in _all(db, Cause)] == [True, True], "a file without causes leaves them alone"
    _load(db, full())
    assert _shop_rows(db) == before
    assert not _load(db, full())


def test_a_store_begins_with_the_built_in_causes_and_keeps_what_people_made_of_them(db: Database) -> None:
    _load(db, small())
    assert [row.code for row in _all(db, Cause)] == list(BUILT_IN)
    with db.transaction() as session:
        for row in session.exec(select(Cause)):
            row.active = False
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
