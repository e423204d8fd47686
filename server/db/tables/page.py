"""One text for one address: a row before it is a message, and exactly one final state."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field

from server.db.tables.row import Row


class Page(Row, table=True):
    __table_args__ = (Index("ix_page_state", "state"),)

    id: UUID = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    incident_id: UUID = Field(foreign_key="incident.id", index=True)
    press_id: UUID
    step: int
    reason: str = Field(max_length=24)
    """Why it was sent: `step`, `repeat`, `again`, `joined`, `not_attended`, `unknown`, `pass`."""
    pager_id: int = Field(foreign_key="pager.id")
    carrier_id: int | None = Field(default=None, foreign_key="carrier.id")
    gateway: str = Field(max_length=32)
    transmitter: str = Field(max_length=32)
    address: str = Field(max_length=32)
    format: str = Field(max_length=8)
    charset: str = Field(max_length=32)
    body: str = Field(max_length=240)
    alert: int
    priority: int
    purpose: str = Field(max_length=8)
    state: str = Field(max_length=16)
    proof: str = Field(default="none", max_length=8)
    attempt: int = 1
    result_seq: int = Field(default=0, sa_type=BigInteger)
    created_at: datetime
    deadline_at: datetime
    ordered_at: datetime | None = None
    """When the order was first sent."""
    held_at: datetime | None = None
    final_at: datetime | None = None
    tx_ms: int | None = Field(default=None, sa_type=BigInteger)
    """Order at the gateway to first byte on the serial line."""
    error_code: str | None = Field(default=None, max_length=32)
    error_text: str | None = Field(default=None, max_length=500)
    ways: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """[gateway, transmitter] of all ways to its pager, the preferred one first; empty: there is only one."""
    attempt_at: datetime | None = None
    """When this attempt began; None: when the page did."""
    others: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Attempts of other gateways, field by field as `server.rules.facts.Attempt`."""
    moves: int = 0
    """How many there are of them."""
    members: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """[pager, carrier] of those whom a group's page rings."""
    heads: int = 0
    """How many those are."""
