"""Append-only: what changed, from what to what, who did it and why. For managers, not for us."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from server.db.tables.row import Row


class Journal(Row, table=True):
    __table_args__ = (Index("ix_journal_incident", "incident_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    store_id: str = Field(foreign_key="store.id", max_length=32)
    incident_id: UUID | None = Field(default=None, foreign_key="incident.id")
    press_id: UUID | None = None
    page_id: UUID | None = None
    account_id: int | None = Field(default=None, foreign_key="account.id")
    action: str = Field(max_length=24)
    """What happened: `server.rules.journal.Action`."""
    old: str | None = Field(default=None, max_length=24)
    new: str | None = Field(default=None, max_length=24)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
