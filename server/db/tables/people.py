"""Who carries a pager, and when: carriers and their weekly shifts."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from server.db.tables.row import Row


class Carrier(Row, table=True):
    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    name: str = Field(max_length=60)
    initials: str = Field(max_length=4)
    """All that a pager or a wall ever shows of a name."""
    role: str = Field(default="staff", max_length=16)
    """`staff`, `shift_lead`, `manager` or `security`: what a policy step can ask for."""
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    skills: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    active: bool = True


class Rotation(Row, table=True):
    """People who take turns: who works the shifts that name it changes every `days` days."""

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    name: str = Field(max_length=60)
    starts_on: date
    """The first day of the first one's turn, local."""
    days: int = 7


class RotationMember(Row, table=True):
    __tablename__ = "rotation_member"

    id: int | None = Field(default=None, primary_key=True)
    rotation_id: int = Field(foreign_key="rotation.id", index=True)
    position: int
    carrier_id: int = Field(foreign_key="carrier.id")


class Duty(Row, table=True):
    """A dated exception to the weekly shifts: an extra shift, time off, a break, "I am here"."""

    __table_args__ = (Index("ix_duty_store_ends", "store_id", "ends_at"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    carrier_id: int = Field(foreign_key="carrier.id")
    kind: str = Field(max_length=8)
    """`break`, `away`, `here` or `work`."""
    zone_id: int | None = Field(default=None, foreign_key="zone.id")
    starts_at: datetime
    ends_at: datetime
    account_id: int | None = Field(default=None, foreign_key="account.id")
    """Who put it in."""


class Shift(Row, table=True):
    """One weekly working time, local to the store. `ends` at or before `starts` means past midnight.

    Of one person or, with `rotation_id`, of whoever's turn it is."""

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    carrier_id: int | None = Field(default=None, foreign_key="carrier.id")
    rotation_id: int | None = Field(default=None, foreign_key="rotation.id")
    zone_id: int | None = Field(default=None, foreign_key="zone.id")
    """None: anywhere in the store."""
    weekday: int
    """0 is Monday: the day on which the shift starts."""
    starts: time
    ends: time
