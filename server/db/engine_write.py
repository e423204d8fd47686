"""A unit of work -> rows, in one transaction. SQLAlchemy Core, since thousands go in; every statement is made once.

A state is changed by a guarded update (`WHERE id = ? AND state = ?`): zero rows means that the database knows
more than the engine does, and the whole unit of work is given up."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel

from server.db.refused import count_refused
from server.engine.work import Work
from server.rules import facts

INCIDENT_FIELDS = tuple(field.name for field in fields(facts.Incident))
PAGE_FIELDS = tuple(field.name for field in fields(facts.Page))


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


class RowChanged(Exception):
    """A row is not in the state that the engine remembers."""


class Writer:
    """`write` puts a unit of work into an open transaction. Journal ids are given here, so that the screens can
    be told the newest one without asking for it."""

    def __init__(self) -> None:
        self._incident = _table("incident")
        self._page = _table("page")
        self._press = _table("press")
        self._journal = _table("journal")
        self._device = _table("device")
        self._transmitter = _table("transmitter")
        self._insert = {
            table.name: insert(table) for table in (self._incident, self._page, self._press, self._journal)
        }

    def write(self, session: Session, work: Work) -> None:
        at = session.connection()
        self._put(at, self._incident, work.incidents, work.picture.incidents, INCIDENT_FIELDS)
        if work.presses:
            at.execute(self._insert["press"], list(work.presses.values()))
        for press, columns in work.press_updates:
            at.execute(update(self._press).where(self._press.c.id == press).values(**columns))
        self._put(at, self._page, work.pages, work.picture.pages, PAGE_FIELDS)
        if work.journal:
            self._number(work)
            at.execute(self._insert["journal"], work.journal)
        for one in work.refused:
            count_refused(at, one.store, one.device, one.reason, work.now, one.topic, one.detail, one.sample)
        for store, device, columns in work.devices:
            table = self._device
            at.execute(
                update(table).where(table.c.store_id == store, table.c.device == device).values(**columns)
            )
        for store, gateway, name, columns in work.transmitters:
            table = self._transmitter
            at.execute(
                update(table)
                .where(table.c.store_id == store, table.c.gateway == gateway, table.c.name == name)
                .values(**columns)
            )

    def _put(self, at: Connection, table: Table, touched: Any, current: Any, names: tuple[str, ...]) -> None:
        new = [_row(current[key], names) for key, old in touched.items() if old is None]
        if new:
            at.execute(self._insert[table.name], new)
        for key, old in touched.items():
            if old is None:
                continue
            changes = {
                name: _plain(getattr(current[key], name))
                for name in names
                if getattr(current[key], name) != getattr(old, name)
            }
            if not changes:
                continue
            statement = (
                update(table)
                .where(table.c.id == bindparam("row_id"), table.c.state == bindparam("old_state"))
                .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in changes})
            )
            values = {f"new_{name}": value for name, value in changes.items()}
            done = at.execute(statement, {"row_id": key, "old_state": _plain(old.state), **values})
            if done.rowcount != 1:
                raise RowChanged(f"{table.name} {key} is not {old.state} any more")

    def _number(self, work: Work) -> None:
        first = work.picture.journal_id
        work.undo.append(lambda: setattr(work.picture, "journal_id", first))
        for row in work.journal:
            work.picture.journal_id += 1
            row["id"] = work.picture.journal_id


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _row(fact: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(fact, name)) for name in names}
