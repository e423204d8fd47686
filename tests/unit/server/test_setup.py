"""What people changed on screens survives a restart; a file that was changed is loaded; `shop load` always does."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from sqlmodel import select

from broker_config.errors import SetupError
from server.db import pins, upgrade
from server.db.connect import Database
from server.db.tables import Pin, Zone
from server.setup import add_accounts, export_shop, load_new_shop_file, load_shop_file
from server.shop_file import parse_shop
from server.supervise.toml import dump
from tests.unit.server.test_shop_file import small


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/shop.db")
    upgrade.upgrade(made)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.toml"
    path.write_text(dump(small()), encoding="utf-8")
    return path


def _rename(db: Database, name: str) -> None:
    with db.transaction() as session:
        session.exec(select(Zone).where(Zone.name == "Fish")).one().name = name


def _zones(db: Database) -> set[str]:
    with db.reading() as session:
        return set(session.exec(select(Zone.name).where(Zone.active)))


def test_the_same_file_is_not_loaded_over_what_people_changed(base: Database, file: Path) -> None:
    assert load_new_shop_file(base, file)
    _rename(base, "Salmon")
    assert load_new_shop_file(base, file) is None
    assert _zones(base) == {"Bakery", "Salmon"}


def test_a_file_that_was_changed_is_loaded(base: Database, file: Path) -> None:
    load_new_shop_file(base, file)
    _rename(base, "Salmon")
    file.write_text(file.read_text() + "\n# one more word\n")
    assert load_new_shop_file(base, file)
    assert _zones(base) == {"Bakery", "Fish"}


def test_a_load_by_hand_always_loads_and_is_not_undone_by_the_next_start(
    base: Database, file: Path, tmp_path: Path
) -> None:
    load_new_shop_file(base, file)
    _rename(base, "Salmon")
    assert load_shop_file(base, file)
    assert _zones(base) == {"Bakery", "Fish"}
    other = tmp_path / "other.toml"
    table = small()
    table["zones"].append({"name": "Wine", "pager_name": "WINE"})
    other.write_text(dump(table))
    load_shop_file(base, other)
    assert load_new_shop_file(base, file) is None
    assert "Wine" in _zones(base)


def test_export_needs_no_name_where_there_is_one_store(base: Database, file: Path) -> None:
    with pytest.raises(SetupError, match="there is no shop in the database yet"):
        export_shop(base)
    load_new_shop_file(base, file)
    assert parse_shop(tomllib.loads(export_shop(base))).store.id == "s1"
    table = small()
    table["store"]["id"] = "s2"
    file.write_text(dump(table))
    load_shop_file(base, file)
    with pytest.raises(SetupError, match="say which store: --store s1 or --store s2"):
        export_shop(base)
    assert 'id = "s2"' in export_shop(base, "s2")


def test_people_of_a_demo_have_a_pin_and_keep_the_one_they_chose(
    base: Database, file: Path, tmp_path: Path
) -> None:
    load_new_shop_file(base, file)
    for name, text in (("password", "correct horse"), ("pin", "482913")):
        (tmp_path / name).write_text(text + "\n")
    row = {"login": "anna", "name": "Anna", "password_file": str(tmp_path / "password")}
    listed = tmp_path / "accounts.toml"
    listed.write_text(dump({"store": "s1", "accounts": [row]}))
    assert add_accounts(base, listed) == ["anna"]
    with base.reading() as session:
        assert pins.holders(session, "s1") == ()
    listed.write_text(dump({"store": "s1", "accounts": [{**row, "pin_file": str(tmp_path / "pin")}]}))
    assert add_accounts(base, listed) == []
    with base.reading() as session:
        (held,) = pins.holders(session, "s1")
        kept = session.get_one(Pin, held.account_id).pin_hash
    assert PasswordHash.recommended().verify("482913", kept)
    add_accounts(base, listed)
    with base.reading() as session:
        assert session.get_one(Pin, held.account_id).pin_hash == kept
