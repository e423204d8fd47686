"""Why customers were unhappy: a tree that each store may change."""

from __future__ import annotations

from sqlmodel import Field

from server.db.tables.row import Row


class Cause(Row, table=True):
    """Chosen at close. Never deleted, since history names it; switched off instead."""

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    parent_id: int | None = Field(default=None, foreign_key="cause.id")
    code: str | None = Field(default=None, max_length=16)
    """Of the built-in ones (`server.rules.causes.BUILT_IN`), whose name is then translated; None: the store's own."""
    name: str = Field(default="", max_length=60)
    """As the store calls it; empty for a built-in one that was not renamed."""
    position: int = 0
    active: bool = True
