"""INSERTs that know what to do when the row is there. Both databases spell them alike, but each of SQLAlchemy's
dialects only knows its own statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


def upsert(at: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """With `on_conflict_do_nothing` and `on_conflict_do_update`. Only the dialect in use is loaded: the other one
    takes 2 MiB."""
    if at.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
