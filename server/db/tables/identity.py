"""Who may come to the broker, and who was let in how: identities of devices, and the claims by which they get one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field

from server.db.tables.row import Row

UNTOLD = text("told_at IS NULL")


class Identity(Row, table=True):
    """One certificate or password of one device. A device that renews has two of them for a while."""

    __table_args__ = (
        Index("ix_identity_device", "store_id", "device"),
        Index("ix_identity_untold", "state", sqlite_where=UNTOLD),
        Index("uq_identity_serial", "serial", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    role: str = Field(max_length=8)
    """`button`, `gateway` or `server`. Which gateway is the keeper stands at the device."""
    way: str = Field(default="certificate", max_length=11)
    """`certificate` or `password`."""
    serial: str | None = Field(default=None, max_length=40)
    """Of a certificate, in hex."""
    key_print: str = Field(default="", max_length=64)
    """SHA-256 of the public key, in hex."""
    certificate: str = Field(default="", max_length=8192)
    """In PEM: a device that lost the answer gets it again."""
    not_after: datetime | None = None
    password_hash: str = Field(default="", max_length=200)
    """In Mosquitto's own format."""
    request: UUID | None = None
    """Of the device's own request, when it renewed itself."""
    state: str = Field(default="active", max_length=8)
    """`active`, `revoked` (by a person) or `replaced` (by a newer one of the same device)."""
    made_at: datetime
    made_by_id: int | None = Field(default=None, foreign_key="account.id")
    """Who confirmed it; None: it came with the shop, or was renewed."""
    ended_at: datetime | None = None
    """When it was revoked or replaced."""
    ended_by_id: int | None = Field(default=None, foreign_key="account.id")
    told_at: datetime | None = None
    """When the broker was told of this state. None: that is still to be done."""


class Claim(Row, table=True):
    """A store waits for one device to ask for an identity."""

    __table_args__ = (
        Index("uq_claim_code", "code_hash", unique=True),
        Index("uq_claim_ticket", "ticket_hash", unique=True),
        Index("ix_claim_store_expires", "store_id", "expires_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    """Who it will be."""
    kind: str = Field(max_length=1)
    """`b` or `g`."""
    name: str = Field(default="", max_length=60)
    inputs: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Of a button unit: number, zone_id, colour and label of each button that hangs on it."""
    replaces: bool = False
    """The device was there before: what it was known by ends when this one is confirmed."""
    state: str = Field(default="open", max_length=9)
    """`server.rules.claims.State`."""
    code_hash: str = Field(max_length=64)
    made_at: datetime
    made_by_id: int | None = Field(default=None, foreign_key="account.id")
    expires_at: datetime
    asked_at: datetime | None = None
    address: str = Field(default="", max_length=45)
    """From where it asked."""
    sw: str = Field(default="", max_length=32)
    has_inputs: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """What the unit says that it has."""
    csr: str = Field(default="", max_length=8192)
    figures: str = Field(default="", max_length=6)
    """By which a person compares the key."""
    ticket_hash: str | None = Field(default=None, max_length=64)
    pressed_input: int | None = None
    pressed_at: datetime | None = None
    decided_at: datetime | None = None
    """Confirmed or refused."""
    decided_by_id: int | None = Field(default=None, foreign_key="account.id")
    identity_id: int | None = Field(default=None, foreign_key="identity.id")
    granted_at: datetime | None = None
