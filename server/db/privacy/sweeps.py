"""What is too old goes, a few rows at a time: each call is one small piece of work in the caller's transaction.

Words are wiped where the row is still needed for its figures; whole calls go in the order of their references, and only
up to a moment at which no call was open, so that the account stays without gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import JSON, Table, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from server.db import tables as tables
from server.db.audit import END, ENTRY
from server.db.privacy.traces import NAMING
from server.rules.incidents import State
from server.rules.retention import Kind, Stretch

AT_ONCE = 20
"""Calls; of small rows ten times as many. Measured: some milliseconds each on a small machine's disk."""
SMALL = 10 * AT_ONCE
FEW = 8
"""Calls whose words are wiped: each has a dozen rows that are written anew."""
NEAR = timedelta(days=2)
"""Rows so near to the edge may belong together although their moments lie on both sides."""
MOVES = 50

Sweep = Callable[[Connection, Stretch], tuple[int, datetime | None]]
"""How many rows, and from where to go on; no rows: nothing is left to do."""


def staff(at: Connection, which: Stretch) -> tuple[int, datetime | None]:
    count, after = _acted(at, which)
    if not count:
        count = _duties(at, which.store, which.before) or _said(at, which.store, which.before)
    return count, after


def letters(at: Connection, which: Stretch) -> tuple[int, datetime | None]:
    notice, store, before = _table("notice"), which.store, which.before
    old = and_(notice.c.store_id == store, notice.c.created_at < before, notice.c.state != "queued")
    return _drop(at, notice, old, SMALL), which.after


def refused(at: Connection, which: Stretch) -> tuple[int, datetime | None]:
    row, store, before = _table("refused"), which.store, which.before
    told = or_(row.c.detail != "", row.c.sample != "")
    old = select(row.c.id).where(row.c.store_id == store, row.c.last_at < before, told).limit(SMALL)
    ids = list(at.execute(old).scalars())
    if ids:  # the topic stays: it tells the account which numbers could not be read
        at.execute(update(row).where(row.c.id.in_(ids)).values(detail="", sample=""))
    return len(ids), which.after


def audit(at: Connection, which: Stretch) -> tuple[int, datetime | None]:
    """From the old end on, and the chain begins where it is cut."""
    store = which.store
    oldest = (
        select(ENTRY.c.number, ENTRY.c.at, ENTRY.c.hash)
        .where(ENTRY.c.store_id == store)
        .order_by(ENTRY.c.number)
        .limit(SMALL)
    )
    rows = list(takewhile(lambda row: row.at < which.before, at.execute(oldest).all()))
    if not rows:
        return 0, which.after
    last = rows[-1]
    at.execute(delete(ENTRY).where(ENTRY.c.store_id == store, ENTRY.c.number <= last.number))
    edge = {"first": last.number + 1, "first_before": last.hash}
    at.execute(update(END).where(END.c.store_id == store).values(**edge))
    return len(rows), which.after


def calls(at: Connection, which: Stretch) -> tuple[int, datetime | None]:
    """`before` is a `quiet_edge`."""
    store, edge = which.store, which.before
    return _calls(at, store, edge) or _presses(at, store, edge) or _figures(at, store, edge), which.after


SWEEPS: Mapping[Kind, Sweep] = {
    Kind.STAFF: staff,
    Kind.LETTERS: letters,
    Kind.REFUSED: refused,
    Kind.AUDIT: audit,
    Kind.CALLS: calls,
}


def _acted(at: Connection, which: Stretch) -> tuple[int, datetime | None]:
    """Who went and who was called, in calls that are kept. A page of which nobody knows whether it rang keeps its
    wearer: the account asks whether the call was passed on by them."""
    incident, page = _table("incident"), _table("page")
    old = and_(
        incident.c.store_id == which.store,
        incident.c.opened_at < which.before,
        *([incident.c.opened_at >= which.after] if which.after is not None else []),
    )
    moments = at.execute(select(incident.c.opened_at).where(old).order_by(incident.c.opened_at).limit(FEW))
    last = max(moments.scalars(), default=None)
    if last is None:
        return 0, which.after
    closed = incident.c.state == State.CLOSED.value
    ids = list(at.execute(select(incident.c.id).where(old, closed, incident.c.opened_at <= last)).scalars())
    nobody = {f"{verb}_by_id": None for verb in ("acknowledged", "attended", "closed")}
    at.execute(update(incident).where(incident.c.id.in_(ids)).values(nobody))
    mine = page.c.incident_id.in_(ids)
    at.execute(update(page).where(mine).values(body=""))
    at.execute(update(page).where(mine, page.c.state != "unknown").values(carrier_id=None))
    _quieten(at, _table("journal"), ids)
    return max(1, len(ids)), last + SMALLEST


SMALLEST = timedelta(microseconds=1)


def _quieten(at: Connection, journal: Table, incidents: list[Any]) -> None:
    rows = at.execute(
        select(journal.c.id, journal.c.detail).where(
            journal.c.incident_id.in_(incidents),
            or_(journal.c.account_id.is_not(None), *(journal.c.detail[name].is_not(None) for name in NAMING)),
        )
    ).all()
    if rows:
        quiet = (
            update(journal)
            .where(journal.c.id == bindparam("key"))
            .values(account_id=None, detail=bindparam("told", type_=JSON))
        )
        told = [{key: value for key, value in row.detail.items() if key not in NAMING} for row in rows]
        at.execute(quiet, [{"key": row.id, "told": one} for row, one in zip(rows, told, strict=True)])


def _duties(at: Connection, store: str, before: datetime) -> int:
    duty = _table("duty")
    return _drop(at, duty, and_(duty.c.store_id == store, duty.c.ends_at < before), SMALL)


def _said(at: Connection, store: str, before: datetime) -> int:
    """The journal of the shop itself: who took a break, who changed what."""
    journal = _table("journal")
    alone = and_(journal.c.incident_id.is_(None), journal.c.press_id.is_(None))
    return _drop(at, journal, and_(journal.c.store_id == store, journal.c.at < before, alone), SMALL)


def quiet_edge(at: Connection, store: str, before: datetime) -> datetime | None:
    """The latest moment up to `before` at which nothing lies on both sides: no call with a press after it, no undo
    of a press before it, no number out of its order. None: not within reach."""
    edge = before
    for _ in range(MOVES):
        earlier = [
            found for look in (_spanning, _undone, _numbers, _counters) if (found := look(at, store, edge))
        ]
        if not earlier:
            return edge
        edge = min(earlier)
        if edge < before - NEAR:
            return None
    return None


def _spanning(at: Connection, store: str, edge: datetime) -> datetime | None:
    incident, press = _table("incident"), _table("press")
    both = (incident.c.id == press.c.incident_id, incident.c.store_id == store)
    late = select(func.min(incident.c.opened_at)).where(
        *both, incident.c.opened_at < edge, incident.c.opened_at >= edge - NEAR, press.c.pressed_at >= edge
    )
    early = select(func.min(press.c.pressed_at)).where(
        *both, press.c.pressed_at < edge, press.c.pressed_at >= edge - NEAR, incident.c.opened_at >= edge
    )
    still = select(func.min(incident.c.opened_at)).where(
        incident.c.store_id == store,
        incident.c.opened_at < edge,
        or_(incident.c.state != State.CLOSED.value, incident.c.closed_at >= edge),
    )
    return _least(at, late, early, still)


def _undone(at: Connection, store: str, edge: datetime) -> datetime | None:
    press = _table("press")
    undo = press.alias("undo")
    return _least(
        at,
        select(func.min(press.c.pressed_at)).where(
            undo.c.ref == press.c.id,
            undo.c.store_id == store,
            undo.c.pressed_at >= edge,
            undo.c.pressed_at < edge + NEAR,
            press.c.pressed_at < edge,
        ),
    )


def _numbers(at: Connection, store: str, edge: datetime) -> datetime | None:
    """Calls that a stand-in told of later have a higher number than their moment says."""
    incident = _table("incident")
    lowest = select(func.min(incident.c.number)).where(
        incident.c.store_id == store, incident.c.opened_at >= edge
    )
    above = incident.c.number > lowest.scalar_subquery()
    here = (incident.c.store_id == store, incident.c.opened_at < edge, incident.c.opened_at >= edge - NEAR)
    return _least(at, select(func.min(incident.c.opened_at)).where(*here, above))


def _counters(at: Connection, store: str, edge: datetime) -> datetime | None:
    """Presses whose age was not known have a later moment than their number says."""
    press = _table("press")
    here, same = press.c.store_id == store, (press.c.device, press.c.run)
    after = (
        select(*same, func.min(press.c.seq).label("lowest"))
        .where(here, press.c.pressed_at >= edge, press.c.pressed_at < edge + NEAR)
        .group_by(*same)
        .subquery()
    )
    return _least(
        at,
        select(func.min(press.c.pressed_at)).where(
            here,
            press.c.pressed_at < edge,
            press.c.pressed_at >= edge - NEAR,
            press.c.device == after.c.device,
            press.c.run == after.c.run,
            press.c.seq > after.c.lowest,
        ),
    )


def _least(at: Connection, *statements: Any) -> datetime | None:
    found = [moment for one in statements if (moment := at.execute(one).scalar_one()) is not None]
    return min(found, default=None)


def _calls(at: Connection, store: str, edge: datetime) -> int:
    incident = _table("incident")
    old = (
        select(incident.c.id)
        .where(incident.c.store_id == store, incident.c.opened_at < edge)
        .order_by(incident.c.opened_at)
        .limit(AT_ONCE)
    )
    ids = list(at.execute(old).scalars())
    if ids:
        for name in ("page", "journal", "notice", "stand_in_report", "press"):
            table = _table(name)
            at.execute(delete(table).where(table.c.incident_id.in_(ids)))
        at.execute(delete(incident).where(incident.c.id.in_(ids)))
    return len(ids)


def _presses(at: Connection, store: str, edge: datetime) -> int:
    """Those that belong to no call: late ones, undos, keys, yellow and green."""
    press, journal = _table("press"), _table("journal")
    alone = and_(press.c.store_id == store, press.c.pressed_at < edge, press.c.incident_id.is_(None))
    ids = list(
        at.execute(select(press.c.id).where(alone).order_by(press.c.pressed_at).limit(SMALL)).scalars()
    )
    if ids:
        at.execute(delete(journal).where(journal.c.press_id.in_(ids), journal.c.incident_id.is_(None)))
        at.execute(delete(press).where(press.c.id.in_(ids)))
    return len(ids)


def _figures(at: Connection, store: str, edge: datetime) -> int:
    cover, report, row = _table("coverage"), _table("stand_in_report"), _table("refused")
    return (
        _drop(at, cover, and_(cover.c.store_id == store, cover.c.ends_at < edge), SMALL)
        or _drop(at, report, and_(report.c.store_id == store, report.c.received_at < edge - NEAR), SMALL)
        or _drop(at, row, and_(row.c.store_id == store, row.c.last_at < edge - NEAR), SMALL)
    )


def _drop(at: Connection, table: Table, old: Any, most: int) -> int:
    ids = list(at.execute(select(table.c.id).where(old).limit(most)).scalars())
    if ids:
        at.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]
