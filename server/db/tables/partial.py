"""Indexes of a part of a table's rows: said once, in SQLite's words, and the same on PostgreSQL.

Were PostgreSQL's words beside them (`postgresql_where`), every server would load its whole dialect, 2 MiB."""

from __future__ import annotations

from sqlmodel import SQLModel


def as_on_postgresql() -> None:
    """Say it in PostgreSQL's words too. Once it has been said, it stays so."""
    for table in SQLModel.metadata.tables.values():
        for index in table.indexes:
            where = index.dialect_options["sqlite"]["where"]
            if where is not None:
                index.dialect_options["postgresql"]["where"] = where
