"""What the keeper gateway told about presses that it answered while the server was silent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from server.db.tables.row import Row


class StandInReport(Row, table=True):
    """Kept so that a report that comes twice changes nothing."""

    __tablename__ = "stand_in_report"

    id: UUID = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    gateway: str = Field(max_length=32)
    press_id: UUID = Field(index=True)
    incident_id: UUID | None = Field(default=None, foreign_key="incident.id")
    reason: str = Field(max_length=64)
    received_at: datetime
