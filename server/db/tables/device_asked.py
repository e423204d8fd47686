"""What people want of a device, and what it said to that: settings (one row each) and commands (kept for 30 days)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class DeviceSettings(Row, table=True):
    __tablename__ = "device_settings"
    __table_args__ = (UniqueConstraint("store_id", "device"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    rev: int = Field(default=0, sa_type=BigInteger)
    """0: nobody wants anything; only the device's own answer is known."""
    wanted: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """`broker_config.messages.Settings` without `v` and `rev`."""
    account_id: int | None = Field(default=None, foreign_key="account.id")
    set_at: datetime | None = None
    answer_rev: int | None = Field(default=None, sa_type=BigInteger)
    answer_ok: bool | None = None
    answer_errors: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Field -> what the device says about it."""
    answered_at: datetime | None = None


class DeviceCommand(Row, table=True):
    __tablename__ = "device_command"
    __table_args__ = (
        Index("ix_device_command_device_asked", "store_id", "device", "asked_at"),
        Index("ix_device_command_asked", "asked_at"),
    )

    id: UUID = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    name: str = Field(max_length=16)
    args: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    account_id: int | None = Field(default=None, foreign_key="account.id")
    asked_at: datetime
    state: str = Field(default="asked", max_length=10)
    """`asked`, `done`, `refused` (the device said no) or `no_answer`."""
    text: str = Field(default="", max_length=500)
    """The device's own words."""
    answered_at: datetime | None = None
