"""Run by Alembic inside `server.db.upgrade`, on the connection that is handed in: never by itself."""

from __future__ import annotations

from alembic import context
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from server.db import tables as tables


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,  # SQLite changes a column by copying its table
        compare_type=True,
        transaction_per_migration=False,  # the caller's transaction: all of it or nothing
    )
    with context.begin_transaction():
        context.run_migrations()


run()
