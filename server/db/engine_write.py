"""A unit of work -> rows, in one transaction on the engine's own connection.

A state is changed by a guarded update (`WHERE id = ? AND state = ?`): zero rows means that the database knows
more than the engine does, and the whole unit of work is given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Table, case, insert, literal, update
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from server.db import audit
from server.db.connect import Database
from server.db.prepared import PreparedTable
from server.db.privacy.rules import piece
from server.db.readiness import tidy_canaries, write_canaries, write_coverage
from server.db.refused import count_refused
from server.db.vitals import write_vitals
from server.engine.work import JOURNAL_COLUMNS, Work
from server.rules import facts

PRESS_COLUMNS = (
    "id",
    "store_id",
    "device",
    "input",
    "button_id",
    "incident_id",
    "run",
    "boot",
    "seq",
    "kind",
    "purpose",
    "ref",
    "via_input",
    "via",
    "state",
    "pressed_at",
    "received_at",
    "age_ms",
    "age_known",
    "tries",
)
press_row = itemgetter(*PRESS_COLUMNS)


class RowChanged(Exception):
    """A row is not in the state that the engine remembers."""


Row = Sequence[Any]


class FactTable:
    """A table whose rows are facts, field by field. Enums are written as their words."""

    def __init__(self, fact: type, table: Table, dialect: Dialect) -> None:
        self._names = tuple(field.name for field in fields(fact))
        self._values = attrgetter(*self._names)
        self._prepared = PreparedTable(table, self._names, dialect)

    def put(self, cursor: Any, touched: Mapping[UUID, Any], current: Mapping[UUID, Any]) -> None:
        """Insert what is new, update what changed. Raises RowChanged."""
        new = [self._row(current[key]) for key, old in touched.items() if old is None]
        if new:
            self._prepared.insert(cursor, new)
        for key, old in touched.items():
            if old is not None and old is not current[key]:
                self._update(cursor, key, old, current[key])

    def _update(self, cursor: Any, key: UUID, old: Any, now: Any) -> None:
        changes = {
            name: after
            for name, before, after in zip(self._names, self._row(old), self._row(now), strict=True)
            if before != after
        }
        if changes and not self._prepared.update(cursor, key, old.state.value, changes):
            raise RowChanged(f"{type(now).__name__} {key} is not {old.state} any more")

    def _row(self, fact: Any) -> Row:
        return [value.value if isinstance(value, Enum) else value for value in self._values(fact)]


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
        self._duty_table = _table("duty")
        self._store_table = _table("store")
        self._notice_table = _table("notice")
        self._report_table = _table("stand_in_report")
        self._incident = FactTable(facts.Incident, _table("incident"), dialect)
        self._page = FactTable(facts.Page, _table("page"), dialect)
        self._press = PreparedTable(self._press_table, PRESS_COLUMNS, dialect)
        self._journal = PreparedTable(_table("journal"), ("id", *JOURNAL_COLUMNS), dialect)

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
            self._incident.put(cursor, work.incidents, work.picture.incidents)
            if work.presses:
                self._press.insert(cursor, [press_row(press) for press in work.presses.values()])
            self._page.put(cursor, work.pages, work.picture.pages)
            if work.journal:
                self._journal.insert(cursor, self._numbered(work))
        finally:
            cursor.close()
        self._write_rare(at, work)
        self._write_people(at, work)
        self._write_notices(at, work)
        write_canaries(at, work.canaries.values())
        for store, before in work.tidied.items():
            tidy_canaries(at, store, before)
        write_coverage(at, work.coverage)
        if work.vitals:
            write_vitals(at, work.vitals, work.now)
        for swept in work.swept:
            piece(at, work.now, swept)
        for one in work.noted:
            write = audit.note_hourly if one.hourly else audit.note
            write(at, work.now, one.by, one.action, store=one.store, target=one.target, changes=one.changes)

    def _write_rare(self, at: Connection, work: Work) -> None:
        for press, columns in work.press_updates:
            presses = self._press_table
            at.execute(update(presses).where(presses.c.id == press).values(**columns))
        if work.reports:
            at.execute(insert(self._report_table), list(work.reports.values()))
        for one in work.refused:
            count_refused(at, one.store, one.device, one.reason, work.now, one.topic, one.detail, one.sample)
        for store, device, columns in work.devices:
            table = self._device_table
            since = case(
                (table.c.state == columns["state"], table.c.changed_at),
                else_=literal(work.now, table.c.changed_at.type),
            )
            at.execute(
                update(table)
                .where(table.c.store_id == store, table.c.device == device)
                .values(**columns, changed_at=since)
            )
        for store, gateway, name, columns in work.transmitters:
            table = self._transmitter_table
            at.execute(
                update(table)
                .where(table.c.store_id == store, table.c.gateway == gateway, table.c.name == name)
                .values(**columns)
            )

    def _write_people(self, at: Connection, work: Work) -> None:
        duty, store = self._duty_table, self._store_table
        for change in work.duties:
            if change.ended:
                at.execute(
                    update(duty)
                    .where(
                        duty.c.store_id == change.store,
                        duty.c.carrier_id == change.carrier,
                        duty.c.kind.in_([kind.value for kind in change.ended]),
                        duty.c.starts_at <= work.now,
                        duty.c.ends_at > work.now,
                    )
                    .values(ends_at=work.now.replace(microsecond=0))
                )
            if change.new is not None:
                new = change.new
                at.execute(
                    insert(duty).values(
                        store_id=change.store,
                        carrier_id=change.carrier,
                        kind=new.kind.value,
                        zone_id=new.zone_id,
                        starts_at=new.starts_at,
                        ends_at=new.ends_at,
                        account_id=change.account,
                    )
                )
        for store_id in work.stores:
            at.execute(update(store).where(store.c.id == store_id).values(revision=store.c.revision + 1))

    def _write_notices(self, at: Connection, work: Work) -> None:
        table = self._notice_table
        for one in work.notices.values():
            values = asdict(one)
            if one.state == "queued" and one.tries == 0:
                at.execute(insert(table).values(**values))
            else:
                at.execute(
                    update(table).where(table.c.id == one.id, table.c.state == "queued").values(**values)
                )

    def _numbered(self, work: Work) -> list[Row]:
        first = work.picture.journal_id
        work.undo.append(lambda: setattr(work.picture, "journal_id", first))
        rows: list[Row] = []
        for entry in work.journal:
            work.picture.journal_id += 1
            rows.append((work.picture.journal_id, *entry))
        return rows

    def close(self) -> None:
        if self._at is not None:
            self._at.close()
            self._at = None


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]
