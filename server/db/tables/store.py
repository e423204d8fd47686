"""The shop: store, its hours, its zones, its buttons."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class Store(Row, table=True):
    id: str = Field(primary_key=True, max_length=32)
    """The id that stands in topics, not a number."""
    name: str = Field(max_length=80)
    timezone: str = Field(default="Europe/Tallinn", max_length=64)
    language: str = Field(default="en", max_length=8)
    revision: int = 0
    """Counts up with every change of the shop: a running server reads it anew when it sees another one."""
    file_hash: str = Field(default="", max_length=64)
    """SHA-256 of the shop file that `redbutton up` loaded last: the same file is not loaded over what people changed
    on screens since then."""


class Opening(Row, table=True):
    """One weekly stretch in which the store is open, local. `closes` at or before `opens`: past midnight."""

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    weekday: int
    opens: time
    closes: time


class SpecialDay(Row, table=True):
    """A date with hours of its own; without any: closed."""

    __tablename__ = "special_day"
    __table_args__ = (UniqueConstraint("store_id", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    day: date
    opens: time | None = None
    closes: time | None = None


class LastResort(Row, table=True):
    """A slow channel that is tried after all steps: an e-mail address or the URL of a webhook."""

    __tablename__ = "last_resort"
    __table_args__ = (UniqueConstraint("store_id", "kind", "target"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    kind: str = Field(max_length=8)
    target: str = Field(max_length=200)
    active: bool = True


class Zone(Row, table=True):
    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    parent_id: int | None = Field(default=None, foreign_key="zone.id")
    name: str = Field(max_length=60)
    pager_name: str = Field(max_length=30)
    """The place as it goes on the air; the start of every page."""
    position: int = 0
    active: bool = True


class Button(Row, table=True):
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
    skill: str | None = Field(default=None, max_length=30)
    """Who has it is called before others of the same step."""
    language: str | None = Field(default=None, max_length=8)
    active: bool = True
