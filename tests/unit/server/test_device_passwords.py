"""`redbutton device password`: a secret in a file of its owner, its hash in a row, and what was before ended."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from broker_config.errors import SetupError
from server.db.connect import Database
from server.db.tables import AuditEntry, Device, Identity, Store
from server.device_passwords import give
from server.rules.audit import SYSTEM

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def shop(db: Database) -> Database:
    with db.transaction() as session:
        session.add_all([Store(id="s1", name="One"), Store(id="s2", name="Two")])
        session.flush()
        session.add_all(Device(store_id=store, device="b1", kind="b") for store in ("s1", "s2"))
        session.add(Device(store_id="s1", device="g1", kind="g"))
        session.add(Device(store_id="s1", device="srv", kind="s"))
    return db


def rows(db: Database) -> list[Identity]:
    with db.reading() as session:
        return list(session.exec(select(Identity).order_by(col(Identity.id))))


def test_the_secret_is_in_the_file_alone(shop: Database, tmp_path: Path) -> None:
    file = tmp_path / "g1"
    assert give(shop, "g1", file, NOW, SYSTEM) == "s1"
    secret = file.read_text().strip()
    assert len(secret) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [row] = rows(shop)
    assert (row.role, row.way, row.state, row.told_at) == ("gateway", "password", "active", None)
    assert row.password_hash.startswith("$7$")
    assert secret not in row.password_hash
    with shop.reading() as session:
        [entry] = session.exec(select(AuditEntry))
    assert (entry.action, entry.target_id) == ("identity.given", "g1")


def test_a_second_one_ends_the_first(shop: Database, tmp_path: Path) -> None:
    give(shop, "g1", tmp_path / "first", NOW, SYSTEM)
    give(shop, "g1", tmp_path / "second", NOW, SYSTEM)
    assert [one.state for one in rows(shop)] == ["replaced", "active"]


@pytest.mark.parametrize(
    ("device", "store", "words"),
    [
        ("b7", None, "no button unit"),
        ("srv", None, "no button unit"),
        ("b1", None, "--store"),
        ("b1", "s3", "no b"),
    ],
)
def test_who_is_not_there_gets_none(
    shop: Database, tmp_path: Path, device: str, store: str | None, words: str
) -> None:
    with pytest.raises(SetupError, match=words):
        give(shop, device, tmp_path / "file", NOW, SYSTEM, store)
    assert not (tmp_path / "file").exists()
    assert rows(shop) == []


def test_a_file_that_is_there_is_not_written_over(shop: Database, tmp_path: Path) -> None:
    file = tmp_path / "g1"
    file.write_text("mine")
    with pytest.raises(SetupError, match="exists"):
        give(shop, "g1", file, NOW, SYSTEM)
    assert file.read_text() == "mine"
    assert rows(shop) == []
