"""A unit of work -> rows, in one transaction on the engine's own connection.

A state is changed by a guarded update (`WHERE id = ? AND state = ?`): zero rows means that the database knows
more than the engine does, and the whole unit of work is given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Table, update
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from server.db.connect import Database
from server.db.prepared import PreparedTable
from server.db.refused import count_refused
from server.engine.work import Work
from server.rules import facts

INCIDENT_FIELDS = tuple(field.name for field in fields(facts.Incident))
PAGE_FIELDS = tuple(field.name for field in fields(facts.Page))


class RowChanged(Exception):
    """A row is not in the state that the engine remembers."""


class Writer:
    """One per engine thread. Journal ids are given here, so that the screens can be told the newest one without
    asking for it."""

    def __init__(self, db: Database) -> None:
        dialect = db.write_engine.dialect
        self._engine = db.write_engine
        self._at: Connection | None = None
        self._press_table = _table("press")
        self._device_table = _table("device")
        self._transmitter_table = _table("transmitter")
        self._incident = PreparedTable(_table("incident"), INCIDENT_FIELDS, dialect)
        self._page = PreparedTable(_table("page"), PAGE_FIELDS, dialect)
        self._press = PreparedTable(self._press_table, _names(self._press_table), dialect)
        self._journal = PreparedTable(_table("journal"), _names(_table("journal")), dialect)

    def commit(self, work: Work) -> None:
        """All of it or nothing. Raises what the driver raises."""
        with self._transaction() as at:
            self.write(at, work)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """On a connection that is kept, since making one costs more than the work. One that failed is let go."""
        at = self._at or self._engine.connect()
        self._at = None
        try:
            with at.begin():
                yield at
        except BaseException:
            at.close()
            raise
        self._at = at

    def write(self, at: Connection, work: Work) -> None:
        cursor = at.connection.cursor()
        try:
            self._put(cursor, self._incident, work.incidents, work.picture.incidents, INCIDENT_FIELDS)
            if work.presses:
                self._press.insert(cursor, list(work.presses.values()))
            self._put(cursor, self._page, work.pages, work.picture.pages, PAGE_FIELDS)
            if work.journal:
                self._number(work)
                self._journal.insert(cursor, work.journal)
        finally:
            cursor.close()
        self._write_rare(at, work)

    def _write_rare(self, at: Connection, work: Work) -> None:
        for press, columns in work.press_updates:
            presses = self._press_table
            at.execute(update(presses).where(presses.c.id == press).values(**columns))
        for one in work.refused:
            count_refused(at, one.store, one.device, one.reason, work.now, one.topic, one.detail, one.sample)
        for store, device, columns in work.devices:
            table = self._device_table
            at.execute(
                update(table).where(table.c.store_id == store, table.c.device == device).values(**columns)
            )
        for store, gateway, name, columns in work.transmitters:
            table = self._transmitter_table
            at.execute(
                update(table)
                .where(table.c.store_id == store, table.c.gateway == gateway, table.c.name == name)
                .values(**columns)
            )

    def _put(
        self,
        cursor: Any,
        table: PreparedTable,
        touched: Mapping[UUID, Any],
        current: Mapping[UUID, Any],
        names: tuple[str, ...],
    ) -> None:
        new = [_row(current[key], names) for key, old in touched.items() if old is None]
        if new:
            table.insert(cursor, new)
        for key, old in touched.items():
            now = current[key]
            if old is None or old is now:
                continue
            changes = {
                name: _plain(getattr(now, name)) for name in names if getattr(now, name) != getattr(old, name)
            }
            if changes and not table.update(cursor, key, _plain(old.state), changes):
                raise RowChanged(f"{type(now).__name__} {key} is not {old.state} any more")

    def _number(self, work: Work) -> None:
        first = work.picture.journal_id
        work.undo.append(lambda: setattr(work.picture, "journal_id", first))
        for row in work.journal:
            work.picture.journal_id += 1
            row["id"] = work.picture.journal_id

    def close(self) -> None:
        if self._at is not None:
            self._at.close()
            self._at = None


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _row(fact: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(fact, name)) for name in names}
