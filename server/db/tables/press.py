"""Every press that ever came in, also the late and the taken back. The id is the button's own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from server.db.tables.row import Row


class PressRow(Row, table=True):
    __tablename__ = "press"
    __table_args__ = (
        Index("ix_press_device_seq", "store_id", "device", "seq"),
        Index("ix_press_store_pressed", "store_id", "pressed_at"),
    )

    id: UUID = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    input: int
    button_id: int | None = Field(default=None, foreign_key="button.id")
    """None: a press of an input that nobody has set up; stored, and a fault for the technician."""
    incident_id: UUID | None = Field(default=None, foreign_key="incident.id", index=True)
    run: str = Field(max_length=36)
    boot: str = Field(max_length=36)
    seq: int = Field(sa_type=BigInteger)
    kind: str = Field(max_length=8)
    purpose: str = Field(max_length=8)
    ref: UUID | None = None
    via_input: int | None = None
    via: str | None = Field(default=None, max_length=32)
    state: str = Field(max_length=8)
    """`stored`, `late`, `merged` or `undone`."""
    pressed_at: datetime
    """Server time at arrival minus the press's age: never a device's wall clock."""
    received_at: datetime
    age_ms: int = Field(sa_type=BigInteger)
    age_known: bool
    tries: int
