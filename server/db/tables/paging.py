"""Where pages go: transmitters behind a gateway, and the pagers on wrists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class Transmitter(Row, table=True):
    __table_args__ = (UniqueConstraint("store_id", "gateway", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    gateway: str = Field(max_length=32)
    """Device id of the gateway whose serial line it hangs on."""
    name: str = Field(max_length=32)
    driver: str = Field(default="tap", max_length=32)
    position: int = 0
    """The lowest is tried first."""
    state: str = Field(default="unknown", max_length=8)
    """As its gateway last said: `ready`, `busy`, `dead` or `unknown`."""
    cause: str | None = Field(default=None, max_length=500)
    """Why it is dead, in words for the technician."""
    standby_id: int | None = Field(default=None, foreign_key="transmitter.id")
    """Another one that calls the same pagers: it takes over when this one does not get a page out."""
    ceiling_s: int | None = None
    """Air time that it may use in an hour, in seconds; None: no ceiling is known."""
    air_s: int | None = None
    """Air time that it used in the last hour, in seconds, as its gateway last said; None: nobody counts it."""
    formats: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """What it can put on the air, as its gateway last said; empty: it never said so."""
    charsets: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    longest: int = 0
    """Longest text in characters; 0: not known."""
    alerts: int | None = None
    """How many patterns it offers, as its gateway last said."""
    heard: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Codes of foreign buttons, the newest first: `broker_config.messages.HeardCode`."""
    heard_at: datetime | None = None
    """When the first of them came."""


class Pager(Row, table=True):
    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    label: str = Field(max_length=40)
    carrier_id: int | None = Field(default=None, foreign_key="carrier.id")
    """None: lies in the drawer, or a pager of a group."""
    transmitter_id: int = Field(foreign_key="transmitter.id")
    address: str = Field(max_length=32)
    format: str = Field(default="text", max_length=8)
    charset: str = Field(default="ascii", max_length=32)
    longest: int = 40
    """Characters that this pager shows."""
    visible: int = 16
    """How many of them without scrolling."""
    alert: int = 1
    language: str = Field(default="en", max_length=8)
    fallback: bool = False
    """Rings when nobody at all can be called."""
    members: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Ids of the pagers that listen to this capcode too: it is one for a group. Empty: it is one pager's own."""
    active: bool = True
