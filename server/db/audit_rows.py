"""What a change did to the rows of a shop: a look before, a look after, and the difference in a form for the log.

So no screen has to say what it changed, and none can forget to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Table, select
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel

from server.db import tables as tables
from server.rules.audit import SECRET, Action, Target, Value

SORTS: Mapping[str, tuple[str, ...]] = {
    "zone": ("zone",),
    "button": ("button",),
    "person": ("carrier", "pager", "shift", "rotation", "rotation_member", "account"),
    "pager": ("pager",),
    "cause": ("cause",),
    "last_resort": ("last_resort",),
    "opening": ("opening",),
    "special_day": ("special_day",),
    "account": ("account",),
    "policy": ("policy", "policystep", "policy_hours"),
    "shift": ("shift",),
    "rotation": ("rotation", "rotation_member", "shift"),
    "duty": ("duty",),
    "watch_code": ("watch_code",),
}
"""What a screen calls a thing -> its own table, and those that its changes may touch."""
PARENTS = {
    "policystep": ("policy", "policy_id"),
    "policy_hours": ("policy", "policy_id"),
    "rotation_member": ("rotation", "rotation_id"),
}
NAMES = {
    "zone_id": ("zone", "name"),
    "carrier_id": ("carrier", "name"),
    "pager_id": ("pager", "label"),
    "rotation_id": ("rotation", "name"),
    "account_id": ("account", "name"),
    "transmitter_id": ("transmitter", "name"),
}
"""What is shown instead of a number that points to another row."""
CALLED = ("name", "label", "login", "target", "initials")
LEFT_OUT = frozenset({"id", "store_id", "policy_id"})
OF_ACCOUNTS = {
    Action.ADDED: Action.ACCOUNT_ADDED,
    Action.CHANGED: Action.ACCOUNT_CHANGED,
    Action.SWITCHED_OFF: Action.ACCOUNT_OFF,
    Action.SWITCHED_ON: Action.ACCOUNT_ON,
}

Row: TypeAlias = dict[str, Any]
Look: TypeAlias = dict[tuple[str, int], Row]
"""(table, id) -> values."""


@dataclass(frozen=True, slots=True)
class Told:
    action: Action
    target: Target
    changes: dict[str, tuple[Value, Value]]


def look(session: Session, store: str, what: str) -> Look:
    """Raises KeyError for a sort of thing that is not known here: name it in SORTS."""
    session.flush()
    connection = session.connection()
    found: Look = {}
    for name in SORTS[what]:
        for row in connection.execute(_statement(name, store)).mappings():
            found[name, row["id"]] = dict(row)
    return found


def _statement(name: str, store: str) -> Any:
    table = _table(name)
    columns = [column for column in table.columns if not SECRET.search(column.name)]
    if name in PARENTS:
        above, key = _table(PARENTS[name][0]), PARENTS[name][1]
        return select(*columns).join(above, above.c.id == table.c[key]).where(above.c.store_id == store)
    mine = table.c.store_id == store
    return select(*columns).where(mine | table.c.store_id.is_(None) if name == "account" else mine)


def told(session: Session, what: str, name: str, before: Look, after: Look) -> Told | None:
    """None: every row is as it was."""
    before, after = _without_copies(before, after)
    changed = [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
    if not changed:
        return None
    connection = session.connection()
    own = [key for key in changed if key[0] == SORTS[what][0]]
    changes: dict[str, tuple[Value, Value]] = {}
    if len(own) == 1:
        changes = _fields(connection, own[0][0], before.get(own[0], {}), after.get(own[0], {}))
    others = changed if len(own) > 1 else [key for key in changed if key not in own]
    for table in dict.fromkeys(key[0] for key in others):
        these = [key for key in others if key[0] == table]
        changes[table] = tuple(  # type: ignore[assignment]
            [_line(connection, table, look[key]) for key in these if key in look] for look in (before, after)
        )
    action = _action(own, before, after)
    row = (after.get(own[0]) or before[own[0]]) if own else {}
    called = next((str(row[one]) for one in CALLED if row.get(one)), "")
    target = Target(what, str(own[0][1]) if len(own) == 1 else "", name or called)
    return Told(OF_ACCOUNTS.get(action, action) if what == "account" else action, target, changes)


def _without_copies(before: Look, after: Look) -> tuple[Look, Look]:
    """A row that went and came back with the same values under another number did not change."""
    gone = {key: row for key, row in before.items() if key not in after}
    came = {key: row for key, row in after.items() if key not in before}
    for key, row in gone.items():
        same = {**row, "id": None}
        copy = next((one for one in came if one[0] == key[0] and {**came[one], "id": None} == same), None)
        if copy is not None:
            del came[copy]
            before = {other: kept for other, kept in before.items() if other != key}
            after = {other: kept for other, kept in after.items() if other != copy}
    return before, after


def _action(own: list[tuple[str, int]], before: Look, after: Look) -> Action:
    if own and not any(key in before for key in own):
        return Action.ADDED
    if own and not any(key in after for key in own):
        return Action.REMOVED
    if not own or any(key not in before or key not in after for key in own):
        return Action.CHANGED
    names = {name for key in own for name in before[key] if before[key][name] != after[key][name]}
    if names == {"position"}:
        return Action.ORDERED
    if names == {"active"}:
        return Action.SWITCHED_ON if after[own[0]]["active"] else Action.SWITCHED_OFF
    return Action.CHANGED


def _fields(connection: Connection, table: str, before: Row, after: Row) -> dict[str, tuple[Value, Value]]:
    return {
        name: (
            _value(connection, table, name, before.get(name)),
            _value(connection, table, name, after.get(name)),
        )
        for name in (after or before)
        if name not in LEFT_OUT and before.get(name) != after.get(name)
    }


def _line(connection: Connection, table: str, row: Row) -> str:
    shown = {
        name: _value(connection, table, name, value) for name, value in row.items() if name not in LEFT_OUT
    }
    return ", ".join(f"{name}: {value}" for name, value in shown.items() if value not in (None, "", False))


def _value(connection: Connection, table: str, name: str, value: Any) -> Value:
    where = (table, "name") if name == "parent_id" else NAMES.get(name)
    if value is not None and where is not None:
        named = _table(where[0])
        found = connection.execute(select(named.c[where[1]]).where(named.c.id == value)).scalar_one_or_none()
        return f"{found or ''} (#{value})"
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | dict):
        return ", ".join(map(str, value))
    text: str = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return text


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]
