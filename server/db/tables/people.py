"""Who carries a pager, and when: carriers and their weekly shifts."""

from __future__ import annotations

from datetime import time

from sqlmodel import Field, SQLModel


class Carrier(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    name: str = Field(max_length=60)
    initials: str = Field(max_length=4)
    """All that a pager or a wall ever shows of a name."""
    role: str = Field(default="staff", max_length=16)
    """`staff`, `shift_lead`, `manager` or `security`: what a policy step can ask for."""
    active: bool = True


class Shift(SQLModel, table=True):
    """One weekly working time, local to the store. `ends` at or before `starts` means past midnight."""

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    carrier_id: int = Field(foreign_key="carrier.id")
    zone_id: int | None = Field(default=None, foreign_key="zone.id")
    """None: anywhere in the store."""
    weekday: int
    """0 is Monday: the day on which the shift starts."""
    starts: time
    ends: time
