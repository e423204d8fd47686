"""Export and load are each other's opposite: what a person changed on screens is in the file, and nothing else."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from broker_config.errors import SetupError
from server.db.connect import Database
from server.db.shop import load_shop
from server.db.shop_export import export_table, export_text
from server.db.tables import (
    Account,
    Carrier,
    Cause,
    Pager,
    Policy,
    PolicyStep,
    Rotation,
    RotationMember,
    Shift,
    Store,
    Transmitter,
    Zone,
)
from server.setup import add_accounts
from server.shop_checks import FIRST_OWNER
from server.shop_file import parse_shop, read_shop
from server.supervise.read_shop import shop_of
from server.supervise.render import accounts
from tests.unit.server.db.test_shop import _dump, full
from tests.unit.server.test_shop_file import EXAMPLE, small
from tests.unit.server.web.stage import memory


def _export(db: Database, store: str = "s1") -> str:
    with db.reading() as session:
        return export_text(session, store)


def _again(db: Database, store: str = "s1") -> None:
    """What was exported is loaded: nothing changes."""
    before = _dump(db)
    with db.transaction() as session:
        summary = load_shop(session, parse_shop(tomllib.loads(_export(db, store))))
    assert (summary.added, summary.changed, summary.gone) == ({}, {}, {})
    assert _dump(db) == before


def test_a_full_shop_goes_round(db: Database) -> None:
    with db.transaction() as session:
        load_shop(session, parse_shop(full()))
    _again(db)


def test_the_file_says_what_was_said() -> None:
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(full()))
    shop, wanted = parse_shop(tomllib.loads(_export(db))), parse_shop(full())
    db.close()
    for section in ("opening", "special_days", "zones", "carriers", "rotations", "last_resort", "causes"):
        assert getattr(shop, section) == getattr(wanted, section), section
    assert {one.name: one for one in shop.policies} == {one.name: one for one in wanted.policies}
    assert set(shop.shifts) == set(wanted.shifts)


def test_the_example_goes_round() -> None:
    db = memory()
    with db.transaction() as session:
        load_shop(session, read_shop(EXAMPLE))
    _again(db, "kadriorg")
    shifts = parse_shop(tomllib.loads(_export(db, "kadriorg"))).shifts
    assert len(shifts) == len([who for part in read_shop(EXAMPLE).shifts for who in part.carrier])
    db.close()


def test_accounts_go_round_without_a_secret(db: Database, tmp_path: Path) -> None:
    """What `redbutton up` makes of an exported file in an empty database: the same people, with first passwords."""
    old, new = memory(), db
    shop = parse_shop(full())
    initials = [one.initials for one in shop.carriers]
    with old.transaction() as session:
        load_shop(session, shop)
        session.add(Store(id="s2", name="Elsewhere"))
        session.flush()
        people = session.exec(select(Carrier).where(Carrier.store_id == "s1").order_by(col(Carrier.id))).all()
        first = people[0]
        people[-1].active = False
        secret: dict[str, Any] = {"password_hash": "$argon2id$secret", "store_id": "s1"}
        left: dict[str, Any] = {"carrier_id": people[-1].id, "active": False}
        session.add_all(
            [
                Account(login="boss", name="Ülle Öö", role="owner", **secret),
                Account(login="anna", name=first.name, role="manager", carrier_id=first.id, **secret),
                Account(login="anna.night", name=first.name, role="staff", carrier_id=first.id, **secret),
                Account(login="gone", name=people[-1].name, **left, **secret),
                Account(login=FIRST_OWNER, name="Manager", role="owner", **secret),
                Account(login="chain", name="Head Office", role="owner", password_hash="!"),
                Account(login="other", name="Of Elsewhere", password_hash="!", store_id="s2"),
            ]
        )
    text = _export(old)
    assert "argon2" not in text and "Head Office" not in text and "gone" not in text
    found = {one.login: one for one in parse_shop(tomllib.loads(text)).accounts}
    assert set(found) == {"boss", "anna", "anna.night"}
    assert (found["boss"].name, found["boss"].carrier, found["boss"].role) == ("Ülle Öö", None, "owner")
    assert found["anna"].carrier in initials
    assert found["anna.night"].carrier is None, "a file has one account of a person by initials"

    def password(name: str) -> Path:
        (tmp_path / name).write_text("a first password of many signs")
        return tmp_path / name

    parsed = parse_shop(tomllib.loads(text))
    with new.transaction() as session:
        load_shop(session, parsed)
    file = tmp_path / "accounts.toml"
    file.write_text(accounts(shop_of(parsed), password))
    add_accounts(new, file)
    assert _people(new) >= {
        ("boss", "Ülle Öö", "owner", None),
        ("anna", first.name, "manager", first.name),
        ("anna.night", first.name, "staff", first.name),
    }
    assert "gone" not in {login for login, *_ in _people(new)}
    with new.reading() as session:
        assert {one.login for one in parse_shop(export_table(session, "s1")).accounts} >= set(found)
    old.close()


def _people(db: Database) -> set[tuple[str, str, str, str | None]]:
    """Login, name, role, and which carrier it is."""
    with db.reading() as session:
        names = {one.id: one.name for one in session.exec(select(Carrier))}
        return {
            (one.login, one.name, one.role, names.get(one.carrier_id))
            for one in session.exec(select(Account))
        }


def test_a_login_that_no_file_can_say_is_left_out() -> None:
    """Made by `redbutton account add` with signs that a shop file refuses: the rest is exported."""
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(full()))
        session.add(Account(login="a\u00a0b", name="Ok", password_hash="!", store_id="s1"))
        session.add(Account(login="fine", name="Ok", role="wizard", password_hash="!", store_id="s1"))
    assert parse_shop(tomllib.loads(_export(db))).accounts == ()
    db.close()


def test_a_store_that_is_not_there_is_told_with_those_that_are() -> None:
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(small()))
    with pytest.raises(SetupError, match="there is no store 'x' in the database, only: s1"):
        _export(db, "x")
    db.close()


def test_what_no_file_can_say_is_told_and_not_half_written() -> None:
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(small()))
        session.exec(select(Policy)).one().ttl_s = 1
    with pytest.raises(SetupError, match=r"the store s1 in the database:\n  policies\[1\].ttl_s"):
        _export(db)
    db.close()


NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
HOURS = st.lists(st.tuples(st.integers(0, 6), st.times(), st.times()), max_size=6, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A shop file with much in it: trees, several names, hours at any second."""
    zones = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    initials = draw(
        st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=3), max_size=4, unique=True)
    )
    labels = draw(st.lists(NAMES, max_size=3, unique=True))
    spans = [
        {"days": [day], "from": first.replace(microsecond=0), "to": last.replace(microsecond=0)}
        for day, first, last in draw(HOURS)
    ]
    table: dict[str, Any] = {
        "store": {"id": "s1", "name": draw(NAMES)},
        "opening": spans,
        "special_days": [{"day": day} for day in draw(st.sets(st.dates(date(2026, 1, 1)), max_size=3))],
        "zones": [
            {"name": name, "pager_name": draw(NAMES), "parent": draw(st.sampled_from([None, *zones[:place]]))}
            for place, name in enumerate(zones)
        ],
        "gateways": [{"id": "g1"}, {"id": "g2", "keeper": draw(st.booleans())}],
        "transmitters": [{"gateway": "g2", "name": "t1"}, {"gateway": "g1", "name": "t1"}],
        "carriers": [
            {
                "name": f"{who} {place}",
                "initials": who,
                "languages": draw(st.lists(st.sampled_from(["et", "ru"]))),
                "skills": draw(st.lists(NAMES, max_size=2)),
            }
            for place, who in enumerate(initials)
        ],
        "pagers": [
            {
                "label": label,
                "transmitter": draw(st.sampled_from(["g1/t1", "g2/t1"])),
                "address": f"{place:07}",
                "carrier": draw(st.sampled_from([None, *initials])),
                "fallback": draw(st.booleans()),
            }
            for place, label in enumerate(labels)
        ],
        "causes": [{"code": "price"}, {"name": draw(NAMES) + "!", "parent": "price"}],
        "policies": [
            {
                "name": f"{use} {zone}",
                "use": use,
                "zone": zone,
                "hours": spans,
                "steps": [{"target": "everybody", "most": draw(st.sampled_from([None, 3]))}],
            }
            for use, zone in draw(
                st.sets(st.tuples(st.sampled_from(["call", "quiet"]), st.sampled_from([None, *zones])))
            )
        ],
    }
    if initials:
        table["rotations"] = [{"name": "Turn", "starts_on": date(2026, 1, 5), "carriers": initials}]
        table["shifts"] = [
            {
                "carrier" if draw(st.booleans()) else "rotation": "Turn",
                "days": draw(st.sets(st.integers(0, 6), min_size=1)),
                "from": time(8),
                "to": time(draw(st.integers(0, 23))),
                "zone": draw(st.lists(st.sampled_from(zones))),
            }
            for _ in range(3)
        ]
        for shift in table["shifts"]:
            if "carrier" in shift:
                shift["carrier"] = draw(st.sampled_from(initials))
    for sections in (table["zones"], table["pagers"], table["policies"]):
        for row in sections:
            for key in [key for key, value in row.items() if value is None]:
                del row[key]
    for policy in table["policies"]:
        policy["steps"] = [{k: v for k, v in step.items() if v is not None} for step in policy["steps"]]
    return table


@settings(max_examples=25, phases=(Phase.generate,))
@given(tables(), tables(), st.data())
def test_whatever_a_store_went_through_export_then_load_changes_nothing(
    first: dict[str, Any], second: dict[str, Any], data: st.DataObject
) -> None:
    """Two files one after the other leave rows that are switched off; then people move and switch things off."""
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(first))
        load_shop(session, parse_shop(second))
        _on_screens(session, data)
    _again(db)
    db.close()


def _on_screens(session: Any, data: st.DataObject) -> None:
    for row in session.exec(select(Zone)):
        row.position = data.draw(st.integers(0, 3))
    for cause in session.exec(select(Cause)):
        cause.position, cause.active = (
            data.draw(st.integers(0, 1)),
            cause.code is None or data.draw(st.booleans()),
        )
        cause.parent_id = None
    for line in session.exec(select(Transmitter)):
        line.position = 0
    for carrier in session.exec(select(Carrier)):
        if data.draw(st.booleans()):
            for table in (Shift, RotationMember):
                for gone in session.exec(select(table).where(table.carrier_id == carrier.id)):
                    session.delete(gone)
            for pager in session.exec(select(Pager).where(Pager.carrier_id == carrier.id)):
                pager.carrier_id = None
            carrier.active = False
    session.flush()
    if not session.exec(select(RotationMember)).all():
        for shift in session.exec(select(Shift).where(col(Shift.rotation_id).is_not(None))):
            session.delete(shift)
        session.flush()
        for rotation in session.exec(select(Rotation)):
            session.delete(rotation)
    session.exec(select(Store)).one().name = "Renamed"


def test_the_example_file_is_there() -> None:
    assert Path(EXAMPLE).exists()


def test_two_of_one_name_and_a_policy_that_never_holds_still_make_a_file() -> None:
    """Screens allow what a file cannot say; the file then says what comes to the same."""
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(full()))
        weekend = session.exec(select(Policy).where(Policy.name == "Weekend")).one()
        for name, zone in (("Weekend", weekend.zone_id), ("Weekend", weekend.zone_id), ("Shadow", None)):
            policy = Policy(store_id="s1", name=name, zone_id=zone)
            session.add(policy)
            session.flush()
            session.add(PolicyStep(policy_id=policy.id or 0, position=1, target="everybody"))
            session.add(PolicyStep(policy_id=policy.id or 0, position=2, target="carrier", carrier_id=None))
        nights = Rotation(store_id="s1", name="Nights", starts_on=date(2026, 1, 1))
        session.add(nights)
        session.flush()
        session.add(RotationMember(rotation_id=nights.id or 0, position=1, carrier_id=1))
    shop = parse_shop(tomllib.loads(_export(db)))
    assert [one.name for one in shop.policies] == ["Normal", "Weekend", "Weekend 2"]
    assert [step.target for step in shop.policies[2].steps] == ["everybody"]
    assert [one.name for one in shop.rotations] == ["Nights", "Nights 2"]
    with db.transaction() as session:
        load_shop(session, shop)
        active = session.exec(select(Policy).where(col(Policy.active))).all()
        assert sorted(row.name for row in active) == ["Normal", "Weekend", "Weekend 2"]
    _again(db)
    db.close()


def test_a_policy_of_a_zone_that_is_off_does_not_become_one_for_the_whole_store() -> None:
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(full()))
        bakery = session.exec(select(Zone).where(Zone.name == "Fish")).one()
        other = Zone(store_id="s1", name="Gone", pager_name="GONE", active=False)
        session.add(other)
        session.flush()
        session.exec(select(Policy).where(Policy.name == "Weekend")).one().zone_id = other.id
        assert bakery.active
    assert [one.name for one in parse_shop(tomllib.loads(_export(db))).policies] == ["Normal"]
    db.close()


def test_standbys_and_groups_go_round() -> None:
    db = memory()
    table = small()
    table["transmitters"][0]["standby"] = "t2"
    table["transmitters"].append({"gateway": "g1", "name": "t2", "standby": "g1/t1"})
    table["pagers"].append({"label": "P2", "carrier": "TO", "transmitter": "g1/t2", "address": "0013"})
    table["pagers"].append({"label": "Both", "transmitter": "t1", "address": "91", "members": ["P1", "P2"]})
    with db.transaction() as session:
        load_shop(session, parse_shop(table))
    _again(db)
    with db.reading() as session:
        lines = {row.id: row.standby_id for row in session.exec(select(Transmitter))}
        pagers = {row.label: row for row in session.exec(select(Pager))}
    assert set(lines) == set(lines.values())
    assert pagers["Both"].members == [pagers["P1"].id, pagers["P2"].id]
    del table["transmitters"][0]["standby"], table["pagers"][2]["members"]
    with db.transaction() as session:
        summary = load_shop(session, parse_shop(table))
    assert summary.changed == {"transmitter": 1, "pager": 1}
    _again(db)
