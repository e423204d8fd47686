"""The shop: store, its zones, its buttons."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Store(SQLModel, table=True):
    id: str = Field(primary_key=True, max_length=32)
    """The id that stands in topics, not a number."""
    name: str = Field(max_length=80)
    timezone: str = Field(default="Europe/Tallinn", max_length=64)
    language: str = Field(default="en", max_length=8)


class Zone(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    parent_id: int | None = Field(default=None, foreign_key="zone.id")
    name: str = Field(max_length=60)
    pager_name: str = Field(max_length=30)
    """The place as it goes on the air; the start of every page."""
    position: int = 0


class Button(SQLModel, table=True):
    """One input of one button unit. Pins live in the unit's own file, what a person chose lives here."""

    __table_args__ = (UniqueConstraint("store_id", "device", "input"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    device: str = Field(max_length=32)
    input: int
    zone_id: int = Field(foreign_key="zone.id")
    colour: str = Field(default="red", max_length=8)
    """`red` pages; `yellow` and `green` are counted and never paged."""
    label: str = Field(max_length=40)
    active: bool = True
