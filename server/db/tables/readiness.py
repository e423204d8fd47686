"""Whether everything worked: canaries, and since when the whole path held or did not."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from server.db.tables.row import Row


class Canary(Row, table=True):
    """One walk of button -> broker -> server -> gateway -> transmitter and back that disturbs nobody."""

    __table_args__ = (Index("ix_canary_store_asked", "store_id", "asked_at"),)

    id: UUID = Field(primary_key=True)
    """Also the command's id; the press and the order have ids of their own."""
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    """The button unit."""
    input: int
    gateway: str | None = Field(default=None, max_length=32)
    transmitter: str | None = Field(default=None, max_length=32)
    asked_at: datetime
    press_id: UUID | None = None
    pressed_at: datetime | None = None
    page_id: UUID | None = None
    final_at: datetime | None = None
    state: str = Field(default="asked", max_length=8)
    """`asked`, `pressed`, `ordered`, `good` or `bad`."""
    dialogue: bool = False
    """The transmitter answered its line. A logon proves no radio."""
    radio: bool = False
    """A page went on the air to the canary address."""
    cause: str | None = Field(default=None, max_length=200)
    """Why it is bad: a code of `server.rules.readiness`."""
    account_id: int | None = Field(default=None, foreign_key="account.id")
    """Who asked for it; None: the schedule."""


class Coverage(Row, table=True):
    """A stretch of time in which the whole path held (`ok`), or did not, with the causes."""

    __table_args__ = (Index("ix_coverage_store_starts", "store_id", "starts_at"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    starts_at: datetime
    ends_at: datetime | None = None
    """None: still so. Moved on every minute, so that a dead server covers nothing."""
    ok: bool
    causes: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
