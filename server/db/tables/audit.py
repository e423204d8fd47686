"""The audit log: append-only, one chain of rows per store, and the end of each chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class AuditEntry(Row, table=True):
    """Written by `server.db.audit` alone, in the transaction of what it tells of. No references to other tables: it
    outlives what it tells of."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("store_id", "number"),
        Index("ix_audit_entry_store_at", "store_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(default="", max_length=32)
    """Empty: of no store, like the sign-in of somebody who manages every store."""
    number: int = Field(sa_type=BigInteger)
    """Counts up within the store, without a gap."""
    at: datetime
    who_kind: str = Field(max_length=8)
    """`server.rules.audit.Kind`."""
    who_id: int | None = None
    """The account."""
    who_name: str = Field(default="", max_length=60)
    address: str = Field(default="", max_length=64)
    action: str = Field(max_length=32)
    """`server.rules.audit.Action`."""
    target_kind: str = Field(default="", max_length=24)
    target_id: str = Field(default="", max_length=64)
    target_name: str = Field(default="", max_length=120)
    changes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Field -> [before, after]."""
    outcome: str = Field(max_length=8)
    salt: str = Field(max_length=32)
    """Empty: the words of this row (names, address, changes) were wiped on purpose."""
    sealed: str = Field(max_length=64)
    """The sum of the words, so that the chain holds without them."""
    before: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditEnd(Row, table=True):
    """Both ends of a store's chain: a row that is missing at the end is missed too."""

    __tablename__ = "audit_end"

    store_id: str = Field(primary_key=True, max_length=32)
    first: int = Field(default=1, sa_type=BigInteger)
    """The oldest row that is kept."""
    first_before: str = Field(max_length=64)
    """What stands as `before` in it."""
    last: int = Field(default=0, sa_type=BigInteger)
    last_hash: str = Field(max_length=64)
