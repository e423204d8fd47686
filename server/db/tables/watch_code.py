"""Codes that 433 MHz watches were taught: one for each place and reason."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class WatchSite(Row, table=True):
    """Made when a store needs its first code."""

    __tablename__ = "watch_site"

    store_id: str = Field(primary_key=True, foreign_key="store.id", max_length=32)
    identity: int
    """20 bits: those of the first place."""
    used: int = 0
    """Numbers of places that were given away."""


class WatchCode(Row, table=True):
    __tablename__ = "watch_code"
    __table_args__ = (
        UniqueConstraint("store_id", "device", "input", "reason"),
        UniqueConstraint("store_id", "own"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    """Empty, with input 0: for buttons that nobody has set up."""
    input: int
    reason: str = Field(max_length=8)
    """`server.rules.watch_codes.CodeReason`"""
    own: str = Field(max_length=6)
    """Six hexadecimal digits. It stays this place's, also while another one is used."""
    learned: str | None = Field(default=None, max_length=6)
    """That of another maker's button, which the watches know already: it is sent instead."""
