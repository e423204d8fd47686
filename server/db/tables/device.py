"""Button units, gateways and servers as the broker shows them: last status, last sign of life."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Device(SQLModel, table=True):
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
