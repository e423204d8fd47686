"""How long each kind of data is kept in a store, and when what was older went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class Retention(Row, table=True):
    __table_args__ = (UniqueConstraint("store_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    kind: str = Field(max_length=16)
    """`server.rules.retention.Kind`."""
    days: int | None = None
    """None: as long as is usual."""
    upto: datetime | None = None
    """Everything older than this is gone, or its words are. Never goes back."""
    done_at: datetime | None = None
    """When the last of that went: copies of the database made before still hold it."""
