"""Tablets that a shop shares, the PINs of the people who use them, and wrong ones."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from server.db.tables.row import Row


class Tablet(Row, table=True):
    """One browser that a manager let in. Only the hash of its secret is kept."""

    id: int | None = Field(default=None, primary_key=True)
    secret_hash: str = Field(max_length=64, unique=True, repr=False)
    agent: str = Field(default="", max_length=120)
    """What the browser calls itself."""
    asked_at: datetime
    number: str | None = Field(default=None, max_length=6, unique=True)
    """Shown on its screen while it waits to be let in; no secret, and gone afterwards."""
    store_id: str | None = Field(default=None, foreign_key="store.id", index=True, max_length=32)
    """None: nobody has let it in yet."""
    name: str = Field(default="", max_length=40)
    enrolled_at: datetime | None = None
    enrolled_by_id: int | None = Field(default=None, foreign_key="account.id")
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by_id: int | None = Field(default=None, foreign_key="account.id")
    free_at: datetime | None = None
    """When the last wrong PIN on it is forgotten: `server.rules.pin_tries`."""


class TabletDoor(Row, table=True):
    """A manager waits for a tablet: until then a stranger's browser may ask to be let in."""

    __tablename__ = "tablet_door"

    store_id: str = Field(primary_key=True, foreign_key="store.id", max_length=32)
    until: datetime
    account_id: int = Field(foreign_key="account.id")


class Pin(Row, table=True):
    """Six figures of one account, for shared tablets only."""

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    pin_hash: str = Field(max_length=255, repr=False)
    set_at: datetime


class PinTries(Row, table=True):
    """Wrong PINs of one person on one tablet since the last right one."""

    __tablename__ = "pin_tries"

    tablet_id: int = Field(primary_key=True, foreign_key="tablet.id")
    account_id: int = Field(primary_key=True, foreign_key="account.id")
    wrong: int
    last_at: datetime
