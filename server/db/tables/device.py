"""Button units, gateways and servers as the broker shows them: last status, last sign of life, their last day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class Device(Row, table=True):
    __table_args__ = (UniqueConstraint("store_id", "device"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    kind: str = Field(max_length=1)
    """`b`, `g` or `s`; a message from a device of another kind is refused."""
    name: str = Field(default="", max_length=60)
    keeper: bool = False
    """The one gateway of the store that stands in while the server is silent."""
    state: str = Field(default="unknown", max_length=8)
    run: str = Field(default="", max_length=36)
    boot: str = Field(default="", max_length=36)
    sw: str = Field(default="", max_length=32)
    changed_at: datetime | None = None
    """When `state` last changed."""
    heard_at: datetime | None = None
    """Its last sign of life. Written a few seconds late, together with those of other devices."""
    telemetry: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The last one, as it came; empty: none yet."""
    telemetry_at: datetime | None = None
    pressed_at: datetime | None = None
    """When its last press was made, canaries and quiet calls left out."""
    seq_known: int | None = Field(default=None, sa_type=BigInteger)
    """Every press of the unit up to this number is accounted for: it came, or it is listed as missing in `counter`.
    None: nothing was heard of its counter yet."""
    counter: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The rest of what `server.rules.gaps` must remember over a restart."""


class DeviceSample(Row, table=True):
    """How a device was, every five minutes, for 25 hours."""

    __tablename__ = "device_sample"
    __table_args__ = (
        Index("ix_device_sample_device_at", "store_id", "device", "at"),
        Index("ix_device_sample_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    at: datetime
    online: bool
    """False: the broker said offline, or nothing was heard for too long. All but `presses` are then of before."""
    spool: int = Field(default=0, sa_type=BigInteger)
    oldest_ms: int = Field(default=0, sa_type=BigInteger)
    rssi_dbm: int | None = None
    temp_c: float | None = None
    undervolt: bool | None = None
    throttled: bool | None = None
    disk_free_mb: int | None = Field(default=None, sa_type=BigInteger)
    memory_mb: int | None = Field(default=None, sa_type=BigInteger)
    reconnects: int = Field(default=0, sa_type=BigInteger)
    clock: str = Field(default="unknown", max_length=8)
    presses: int = 0
    """That came in since the sample before, canaries and quiet calls left out."""
