"""Who may sign in, and where they are signed in."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from server.db.tables.row import Row


class Account(Row, table=True):
    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=60)
    password_hash: str = Field(max_length=255, repr=False)
    role: str = Field(default="staff", max_length=16)
    """One of `rules.rights.Role`."""
    store_id: str | None = Field(default=None, foreign_key="store.id", max_length=32)
    """None: every store."""
    carrier_id: int | None = Field(default=None, foreign_key="carrier.id")
    language: str | None = Field(default=None, max_length=8)
    active: bool = True
    must_change: bool = False
    """The password is somebody else's word: nothing else is open before another one is chosen."""


class SignIn(Row, table=True):
    """One browser that is signed in. Only the hash of its token is kept, so a stolen file signs nobody in."""

    __tablename__ = "sign_in"

    token_hash: str = Field(primary_key=True, max_length=64, repr=False)
    account_id: int = Field(foreign_key="account.id", index=True)
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    agent: str = Field(default="", max_length=120)
