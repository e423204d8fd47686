"""Migrations on both engines: up, down, and the same schema as the tables say."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, DateTime, MetaData, Table, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from server.db.connect import Database
from server.db.shape import SCRIPTS, current, is_current, newest
from server.db.tables import Store, Transmitter
from server.db.upgrade import BrokenReferences, _config, _connection, downgrade, draft, upgrade


def _tables(db: Database) -> set[str]:
    with db.reading() as session:
        return set(inspect(session.connection()).get_table_names())


def test_an_empty_database_has_no_revision(empty_db: Database) -> None:
    assert current(empty_db) is None
    assert not is_current(empty_db)


def test_what_is_told_without_alembic_is_what_alembic_says(db: Database) -> None:
    assert newest() == ScriptDirectory.from_config(_config(None)).get_current_head()
    with db.reading() as session:
        assert current(db) == MigrationContext.configure(session.connection()).get_current_revision()


def test_up_makes_every_table_and_down_removes_them(empty_db: Database) -> None:
    upgrade(empty_db)
    assert current(empty_db) == newest()
    assert is_current(empty_db)
    assert _tables(empty_db) == {*SQLModel.metadata.tables, "alembic_version"}

    downgrade(empty_db, "base")
    assert current(empty_db) is None
    assert _tables(empty_db) == {"alembic_version"}

    upgrade(empty_db)
    assert is_current(empty_db)


def test_a_second_upgrade_changes_nothing(db: Database) -> None:
    with db.transaction() as session:
        session.add(Store(id="s1", name="Shop"))
    upgrade(db)
    with db.reading() as session:
        assert session.get(Store, "s1") is not None


def test_the_migrated_schema_is_what_the_tables_say(db: Database) -> None:
    with db.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_comparison_can_fail(db: Database) -> None:
    with db.transaction() as session:
        session.connection().execute(text("DROP INDEX ix_page_state"))
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, SQLModel.metadata) != []
        session.rollback()


def test_every_constraint_has_a_name_of_the_convention() -> None:
    for table in SQLModel.metadata.tables.values():
        for constraint in table.constraints:
            assert str(constraint.name).startswith(("pk_", "uq_", "fk_", "ck_"))


def test_after_an_upgrade_references_are_checked_again(empty_db: Database) -> None:
    upgrade(empty_db)
    with pytest.raises(IntegrityError), empty_db.transaction() as session:
        session.execute(
            text("INSERT INTO zone (store_id, name, pager_name, position) VALUES ('x', 'x', 'x', 0)")
        )


def test_an_upgrade_that_is_interrupted_leaves_the_old_shape(empty_db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _half_an_upgrade(empty_db)
    assert current(empty_db) is None
    assert _tables(empty_db) == set()


def _half_an_upgrade(db: Database) -> None:
    with _connection(db) as connection:
        command.upgrade(_config(connection), "head")
        raise ZeroDivisionError


def test_a_migration_that_leaves_rows_pointing_nowhere_is_undone(db: Database) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL checks references itself, at every statement")
    statement = text("INSERT INTO zone (store_id, name, pager_name, position) VALUES ('x', 'x', 'x', 0)")
    with pytest.raises(BrokenReferences), _connection(db) as connection:
        connection.execute(statement)
    with db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM zone")).scalar_one() == 0


def test_a_draft_is_a_migration_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The template imports what generated scripts name: here a draft of everything, and one of no change."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("0*.py", "__pycache__"))
    draft("all of it", scripts)
    draft("nothing new", scripts)
    assert [path.name for path in sorted(scripts.glob("versions/0*.py"))] == [
        "0001_all_of_it.py",
        "0002_nothing_new.py",
    ]
    db = Database("sqlite://")
    with _connection(db) as connection:
        command.upgrade(_config(connection, scripts), "head")
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == "0002"
        assert compare_metadata(context, SQLModel.metadata) == []
    db.close()
    capsys.readouterr()


MOMENTS: list[tuple[Table, Column[Any]]] = [
    (table, column)
    for table in SQLModel.metadata.sorted_tables
    for column in table.columns
    if isinstance(getattr(column.type, "impl", column.type), DateTime)
]


def test_the_walk_over_moments_finds_them() -> None:
    assert len(MOMENTS) >= 25
    assert all(isinstance(column.type, UTCDateTime) for _, column in MOMENTS)


def test_every_moment_refuses_naive_and_comes_back_as_utc(empty_db: Database) -> None:
    """One table per column, so that no other column of a row is in the way."""
    zoned = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
    metadata = MetaData()
    alone = [
        Table(f"t{number}", metadata, Column("moment", column.type, nullable=True))
        for number, (_, column) in enumerate(MOMENTS)
    ]
    with empty_db.transaction() as session:
        metadata.create_all(session.connection())
    for table in alone:
        with empty_db.transaction() as session:
            session.execute(table.insert().values(moment=zoned))
            back = session.execute(table.select()).scalar_one()
        assert back == zoned
        assert back.tzinfo is UTC or back.utcoffset() == timedelta(0)
        naive = zoned.replace(tzinfo=None)
        with pytest.raises((StatementError, ValueError)), empty_db.transaction() as session:
            session.execute(table.insert().values(moment=naive))


def test_who_managed_goes_on_managing_and_somebody_owns_each_shop(empty_db: Database) -> None:
    """Roles of before and after; and back, where nobody may more than before."""
    upgrade(empty_db, "0003")
    with empty_db.transaction() as session:
        run = session.connection().execute
        run(text("INSERT INTO store (id, name, timezone, language, revision) VALUES " + STORES))
        run(
            text(
                "INSERT INTO carrier (id, store_id, name, initials, role, languages, skills, active) VALUES "
                "(1, 's1', 'Lead', 'L', 'shift_lead', '[]', '[]', true), "
                "(2, 's1', 'Guard', 'G', 'security', '[]', '[]', true)"
            )
        )
        for number, role, store, carrier, active in (
            (1, "manager", "s1", None, False),
            (2, "manager", "s1", None, True),
            (3, "manager", "s1", None, True),
            (4, "staff", "s1", 1, True),
            (5, "staff", "s1", 2, True),
            (6, "manager", "s2", None, True),
            (7, "staff", "s2", None, True),
        ):
            values = {"id": number, "role": role, "store": store, "carrier": carrier, "active": active}
            run(
                text(
                    "INSERT INTO account (id, login, name, password_hash, role, store_id, carrier_id, active) "
                    "VALUES (:id, :login, 'x', '!', :role, :store, :carrier, :active)"
                ),
                {**values, "login": str(number)},
            )

    def roles() -> list[str]:
        with empty_db.reading() as session:
            return [
                row[0] for row in session.connection().execute(text("SELECT role FROM account ORDER BY id"))
            ]

    upgrade(empty_db, "0005")
    assert roles() == ["manager", "owner", "manager", "shift_lead", "staff", "owner", "staff"]
    downgrade(empty_db, "0004")
    assert roles() == ["manager", "manager", "manager", "staff", "staff", "manager", "staff"]


def test_who_managed_every_store_owns_them_all(empty_db: Database) -> None:
    upgrade(empty_db, "0003")
    with empty_db.transaction() as session:
        run = session.connection().execute
        run(text("INSERT INTO store (id, name, timezone, language, revision) VALUES " + STORES))
        for number, store in ((1, "s1"), (2, None)):
            run(
                text(
                    "INSERT INTO account (id, login, name, password_hash, role, store_id, active) "
                    "VALUES (:id, :login, 'x', '!', 'manager', :store, true)"
                ),
                {"id": number, "login": str(number), "store": store},
            )
    upgrade(empty_db, "0005")
    with empty_db.reading() as session:
        rows = session.connection().execute(text("SELECT role, must_change FROM account ORDER BY id"))
        assert [(role, bool(must)) for role, must in rows] == [("manager", False), ("owner", False)]


def test_sets_of_letters_that_no_pager_has_become_plain_latin(empty_db: Database) -> None:
    upgrade(empty_db, "0007")
    had = ("ascii", "utf-8", "koi8-r", "koi7")
    with empty_db.transaction() as session:
        run = session.connection().execute
        run(text("INSERT INTO store (id, name, timezone, language, revision) VALUES " + STORES))
        run(
            text(
                "INSERT INTO transmitter (id, store_id, gateway, name, driver, position, state) "
                "VALUES (1, 's1', 'g1', 't1', 'tap', 0, 'ready')"
            )
        )
        for number, charset in enumerate(had, start=1):
            run(
                text(
                    "INSERT INTO pager (id, store_id, label, transmitter_id, address, format, charset, longest, "
                    "alert, language, fallback, active) "
                    "VALUES (:id, 's1', 'P', 1, '1', 'text', :charset, 40, 1, 'ru', false, true)"
                ),
                {"id": number, "charset": charset},
            )
    upgrade(empty_db)
    with empty_db.reading() as session:
        run = session.connection().execute
        rows = run(text("SELECT charset, visible FROM pager ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [("ascii", 16), ("ascii", 16), ("ascii", 16), ("koi7", 16)]
        line = session.get(Transmitter, 1)
        assert line is not None
        assert (line.formats, line.charsets, line.longest, line.alerts) == ([], [], 0, None)


STORES = "('s1', 'One', 'Europe/Tallinn', 'en', 0), ('s2', 'Two', 'Europe/Tallinn', 'en', 0)"
