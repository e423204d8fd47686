"""Where a person stands in the database besides their own rows, and what forgetting does there.

A reference that is not named here stays: it points to a row that says nothing any more, and figures are counted by it.
`tests/unit/server/db/test_forgetting.py` lists every such column with its reason, and fails for a new one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from server.db import tables as tables

INITIALS = "–"
"""Stands for a name or initials; never longer than what stood there."""
NAMING = ("to", "who", "left", "carrier", "members")
"""Of a journal entry's detail: under these stand initials."""


class Fate(StrEnum):
    EMPTIED = "emptied"
    """The row stays, and points to nobody."""
    REMOVED = "removed"
    """The row is of this person alone, and goes."""


REFERENCES: Mapping[str, Fate] = {
    "sign_in.account_id": Fate.REMOVED,
    "pin.account_id": Fate.REMOVED,
    "pin_tries.account_id": Fate.REMOVED,
    "tablet_door.account_id": Fate.REMOVED,
    "tablet.enrolled_by_id": Fate.EMPTIED,
    "tablet.revoked_by_id": Fate.EMPTIED,
    "claim.made_by_id": Fate.EMPTIED,
    "claim.decided_by_id": Fate.EMPTIED,
    "identity.ended_by_id": Fate.EMPTIED,
    "device_settings.account_id": Fate.EMPTIED,
    "device_command.account_id": Fate.EMPTIED,
    "pager.carrier_id": Fate.EMPTIED,
    "shift.carrier_id": Fate.REMOVED,
    "rotation_member.carrier_id": Fate.REMOVED,
    "duty.carrier_id": Fate.REMOVED,
    "duty.account_id": Fate.EMPTIED,
}
NAMED_AFTER = ("pager.label", "tablet.name", "rotation.name", "claim.name", "device.name")
"""Things that people like to call after whoever has them: the name is taken out of theirs. Places keep what they are
called: that goes on the air, and only a manager can judge it."""


def let_go(at: Connection, carrier: int, accounts: Collection[int]) -> None:
    """Removed before emptied: a row that goes needs no change."""
    for fate in (Fate.REMOVED, Fate.EMPTIED):
        for place in (name for name, one in REFERENCES.items() if one is fate):
            table, column = _place(place)
            (key,) = column.foreign_keys
            mine = column.in_(accounts) if key.column.table.name == "account" else column == carrier
            if fate is Fate.REMOVED:
                at.execute(delete(table).where(mine))
            else:
                at.execute(update(table).where(mine).values({column.name: None}))


def call_otherwise(at: Connection, store: str, names: Collection[str]) -> None:
    """What was called after this person."""
    for place in NAMED_AFTER:
        table, column = _place(place)
        here = select(table.c.id, column).where(table.c.store_id == store)
        for key, text in at.execute(here).all():
            if (without := without_names(text, names)) != text:
                at.execute(update(table).where(table.c.id == key).values({column.name: without}))


def without_names(text: str, names: Collection[str]) -> str:
    """Whole names only: Ann is not in Joanna."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", INITIALS, text, flags=re.IGNORECASE)
    return text


def quietened(detail: Any, names: Collection[str], initials: str | None, *, naming: bool = False) -> Any:
    """A journal entry's detail without the names and, where people are named, without the initials."""
    if isinstance(detail, dict):
        return {
            key: quietened(one, names, initials, naming=naming or key in NAMING)
            for key, one in detail.items()
        }
    if isinstance(detail, list):
        return [quietened(one, names, initials, naming=naming) for one in detail]
    if not isinstance(detail, str):
        return detail
    return INITIALS if naming and detail == initials else without_names(detail, names)


def _place(name: str) -> tuple[Any, Any]:
    table_name, column = name.split(".")
    table = SQLModel.metadata.tables[table_name]
    return table, table.c[column]
