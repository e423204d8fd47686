"""What came from the wire and was not allowed: one row per (device, reason, hour), so the disk stays ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class Refused(Row, table=True):
    __table_args__ = (UniqueConstraint("store_id", "device", "reason", "hour"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(max_length=32)
    device: str = Field(max_length=32)
    """Empty when the topic named none."""
    reason: str = Field(max_length=16)
    hour: datetime
    count: int
    first_at: datetime
    last_at: datetime
    topic: str = Field(max_length=120)
    detail: str = Field(max_length=200)
    sample: str = Field(max_length=300)
    """The first one, cut, as printable text."""
