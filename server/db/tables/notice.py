"""Letters by slow channels, after all steps: a row before it is sent, exactly one final state."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from server.db.tables.row import Row


class Notice(Row, table=True):
    __table_args__ = (Index("ix_notice_state", "state"),)

    id: UUID = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    incident_id: UUID = Field(foreign_key="incident.id", index=True)
    kind: str = Field(max_length=8)
    """`mail` or `webhook`."""
    target: str = Field(max_length=200)
    state: str = Field(max_length=8)
    """`queued`, `sent` or `failed`."""
    created_at: datetime
    tries: int = 0
    final_at: datetime | None = None
    error: str | None = Field(default=None, max_length=500)
