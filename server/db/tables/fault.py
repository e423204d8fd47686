"""What is or was wrong with a device: for the technician, never an incident. Kept for 90 days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from server.db.tables.row import Row

OPEN = text("ended_at IS NULL")


class Fault(Row, table=True):
    __table_args__ = (
        Index(
            "uq_fault_open",
            "store_id",
            "device",
            "input",
            "kind",
            unique=True,
            sqlite_where=OPEN,
        ),
        Index("ix_fault_device_since", "store_id", "device", "since"),
        Index("ix_fault_ended", "ended_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    input: int = 0
    """0: of the whole device. Not null, since two nulls are never the same to an index."""
    kind: str = Field(max_length=32)
    """`broker_config.messages.FaultKind`, `server.rules.faults.OwnFault`, or what a newer device calls it."""
    since: datetime
    told_at: datetime
    """When it was last found or told."""
    ended_at: datetime | None = None
    count: int = Field(default=0, sa_type=BigInteger)
    """Its figure: edges, pushes, presses that are missing, takeovers."""
    text: str = Field(default="", max_length=200)
