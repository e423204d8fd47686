"""Which shape a database has, and which this program wants. Without Alembic, which is a quarter of the server's start:
that is for whoever upgrades (`upgrade.py`), and a test compares the two."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from server.db.connect import Database

SCRIPTS = Path(__file__).parent / "migrations"
TABLE = "alembic_version"


def current(db: Database) -> str | None:
    """The revision that the database has; None when it has no tables of ours yet."""
    with db.reading() as session:
        if not inspect(session.connection()).has_table(TABLE):
            return None
        found: str | None = session.connection().execute(text(f"SELECT version_num FROM {TABLE}")).scalar()  # noqa: S608
        return found


def newest(scripts: Path = SCRIPTS) -> str | None:
    """They follow each other by number: the last file's."""
    names = sorted(path.name for path in (scripts / "versions").glob("[0-9]*.py"))
    return names[-1].partition("_")[0] if names else None


def is_current(db: Database) -> bool:
    return current(db) == newest()
