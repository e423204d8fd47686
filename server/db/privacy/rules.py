"""Rows of how long each kind of data is kept, and what a shorter time would delete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel
from sqlmodel import select as rows_of

from server.db import tables as tables
from server.db.audit import note
from server.db.privacy.sweeps import NEAR, SWEEPS, quiet_edge
from server.db.tables import Retention
from server.engine.work import Swept
from server.rules.audit import SYSTEM, Action, Changes
from server.rules.retention import BOUNDS, Kind, Stretch, days_of

COUNT_UP_TO = 10_000
OF: Mapping[Kind, tuple[str, str]] = {
    Kind.STAFF: ("incident", "opened_at"),
    Kind.LETTERS: ("notice", "created_at"),
    Kind.REFUSED: ("refused", "last_at"),
    Kind.AUDIT: ("audit_entry", "at"),
    Kind.CALLS: ("incident", "opened_at"),
}
"""What is counted of each kind, by which moment."""


@dataclass(frozen=True, slots=True)
class Kept:
    kind: Kind
    days: int
    upto: datetime | None
    done_at: datetime | None


def kept(session: Session, store: str) -> dict[Kind, Kept]:
    rows = {row.kind: row for row in session.exec(rows_of(Retention).where(Retention.store_id == store))}
    days = days_of({kind: row.days for kind, row in rows.items()})
    return {
        kind: Kept(kind, days[kind], rows[kind].upto, rows[kind].done_at)
        if kind in rows
        else Kept(kind, days[kind], None, None)
        for kind in BOUNDS
    }


def choose(session: Session, store: str, days: Mapping[Kind, int]) -> None:
    for kind, wanted in days.items():
        row = _row(session, store, kind)
        row.days = wanted
        session.add(row)
    session.flush()


def piece(at: Connection, now: datetime, swept: Swept) -> None:
    """Do the next piece; when nothing is left, write down how far it got and what went."""
    swept.count, swept.after = SWEEPS[swept.kind](at, swept.stretch)
    if swept.count:
        return
    store, kind, values = swept.stretch.store, swept.kind, {"upto": swept.stretch.before}
    if swept.total:
        values["done_at"] = now
        changes: Changes = {kind.value: (None, swept.total)}
        note(at, now, SYSTEM, Action.RETENTION_DONE, store=store, changes=changes)
    table = SQLModel.metadata.tables["retention"]
    here = and_(table.c.store_id == store, table.c.kind == kind.value)
    if not at.execute(update(table).where(here).values(**values)).rowcount:
        at.execute(insert(table).values(store_id=store, kind=kind.value, **values))


def _row(session: Session, store: str, kind: Kind) -> Retention:
    found = session.exec(
        rows_of(Retention).where(Retention.store_id == store, Retention.kind == kind.value)
    ).one_or_none()
    return found or Retention(store_id=store, kind=kind.value)


def stretches(session: Session, store: str, now: datetime) -> list[tuple[Kind, Stretch]]:
    """What is too old now, kind by kind."""
    found = []
    for kind, rule in kept(session, store).items():
        before: datetime | None = now - timedelta(days=rule.days)
        if rule.upto is not None and before is not None and before <= rule.upto:
            continue
        if kind is Kind.CALLS and before is not None:
            before = quiet_edge(session.connection(), store, before)
        if before is not None:
            after = rule.upto - NEAR if rule.upto is not None else None
            found.append((kind, Stretch(store, after, before)))
    return found


def would_go(session: Session, store: str, days: Mapping[Kind, int], now: datetime) -> dict[Kind, int]:
    """How many rows of each kind are older than this and have not gone yet, up to COUNT_UP_TO + 1."""
    before = kept(session, store)
    counts = {}
    for kind, wanted in days.items():
        table: Any = SQLModel.metadata.tables[OF[kind][0]]
        moment = table.c[OF[kind][1]]
        old = and_(table.c.store_id == store, moment < now - timedelta(days=wanted))
        upto = before[kind].upto
        if upto is not None and kind is not Kind.AUDIT:
            old = and_(old, moment >= upto)
        some = select(table.c.id).where(old).limit(COUNT_UP_TO + 1).subquery()
        counts[kind] = session.connection().execute(select(func.count()).select_from(some)).scalar_one()
    return counts
