"""Canaries and covered time as rows: what readiness is judged by, and what the engine writes down of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Update, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel, col

from broker_config.messages import Purpose
from server.db import tables
from server.rules import certificates, facts, readiness
from server.rules.canaries import INTERRUPTED, Canary, CanaryState, Input, Sender
from server.rules.coverage import CoverageRow, Span
from server.rules.faults import OwnFault

TIDIED = 100
CANARY_COLUMNS = tuple(field.name for field in fields(Canary))
UNDER_WAY = timedelta(seconds=60)
"""An open walk that is older was left behind by a server that is gone."""


def read_facts(
    session: Session,
    store: facts.Store,
    since: datetime,
    now: datetime,
    link: readiness.LinkFact,
    plan: bool | None = None,
) -> readiness.Facts:
    """What is known of a store's devices. `since`: how far back a walk is still worth knowing."""
    inputs, senders = last_walks(session, store.id, since, now)
    devices, transmitters = read_devices(session, store.id)
    return readiness.Facts(store, devices, transmitters, inputs, senders, link, plan)


def read_devices(
    session: Session, store_id: str
) -> tuple[tuple[readiness.DeviceFact, ...], tuple[readiness.TransmitterFact, ...]]:
    return _devices(session, store_id), _transmitters(session, store_id)


def last_walks(
    session: Session, store_id: str, since: datetime, now: datetime
) -> tuple[dict[Input, Canary], dict[Sender, Canary]]:
    """The last one that is over, of each input, and of each transmitter that it reached. What a server with a
    wrong clock wrote down for later than now is left out."""
    row = tables.Canary
    over = and_(
        col(row.store_id) == store_id,
        col(row.asked_at) >= since,
        col(row.asked_at) <= now,
        col(row.final_at).is_not(None),
        or_(col(row.cause).is_(None), col(row.cause) != INTERRUPTED),
    )
    by_input = _newest(session, [col(row.device), col(row.input)], over)
    by_sender = _newest(
        session, [col(row.gateway), col(row.transmitter)], and_(over, col(row.page_id).is_not(None))
    )
    return (
        {one.place: one for one in by_input},
        {one.sender: one for one in by_sender if one.sender is not None},
    )


def under_way(session: Session, store_id: str, now: datetime) -> list[Canary]:
    row = tables.Canary
    found = session.scalars(
        select(row).where(
            col(row.store_id) == store_id,
            col(row.asked_at) >= now - UNDER_WAY,
            col(row.final_at).is_(None),
        )
    )
    return [canary(one) for one in found]


def spans(session: Session, store_id: str, first: datetime, last: datetime) -> tuple[Span, ...]:
    """Everything that was written down about [first, last), in order."""
    row = tables.Coverage
    found = session.scalars(
        select(row)
        .where(col(row.store_id) == store_id, col(row.starts_at) < last, col(row.ends_at) > first)
        .order_by(col(row.starts_at))
    )
    return tuple(_span(one) for one in found)


def first_look(session: Session, store_id: str) -> datetime | None:
    """Since when minutes are counted at all."""
    row = tables.Coverage
    return session.scalar(select(func.min(col(row.starts_at))).where(col(row.store_id) == store_id))


def newest_span(session: Session, store_id: str, now: datetime) -> Span | None:
    row = tables.Coverage
    found = session.scalars(
        select(row)
        .where(col(row.store_id) == store_id, col(row.starts_at) <= now)
        .order_by(col(row.starts_at).desc())
        .limit(1)
    ).first()
    return None if found is None else _span(found)


def drop_unfinished(at: Connection, store_ids: Sequence[str], now: datetime) -> None:
    """A new server knows nothing of the walks of the one before."""
    table = _table("canary")
    at.execute(
        update(table)
        .where(table.c.store_id.in_(list(store_ids)), table.c.final_at.is_(None))
        .values(state=CanaryState.BAD.value, cause=INTERRUPTED, final_at=now)
    )


def write_canaries(at: Connection, changed: Iterable[Canary]) -> None:
    """New ones and changed ones, as they are to be."""
    for one in changed:
        values = {name: getattr(one, name) for name in CANARY_COLUMNS}
        values["state"] = one.state.value
        done = at.execute(_move_canary(), {**values, "key": one.id})
        if done.rowcount == 0:
            at.execute(insert(_table("canary")), values)


@cache
def _move_canary() -> Update:
    """Built once: SQLAlchemy takes longer for that than SQLite for its work."""
    table = _table("canary")
    return (
        update(table)
        .where(table.c.id == bindparam("key"))
        .values({name: bindparam(name) for name in CANARY_COLUMNS})
    )


def write_coverage(at: Connection, rows: Iterable[CoverageRow]) -> None:
    """Move the end of a span on; the first time it is put in."""
    table = _table("coverage")
    for row in rows:
        span = row.span
        here = and_(table.c.store_id == row.store, table.c.starts_at == span.starts_at)
        done = at.execute(update(table).where(here).values(ends_at=span.ends_at))
        if done.rowcount == 0:
            causes = [{"code": code, "about": about} for code, about in span.causes]
            at.execute(
                insert(table).values(
                    store_id=row.store,
                    starts_at=span.starts_at,
                    ends_at=span.ends_at,
                    ok=span.ok,
                    causes=causes,
                )
            )


def canary(row: tables.Canary) -> Canary:
    values = {field.name: getattr(row, field.name) for field in fields(Canary)}
    return Canary(**{**values, "state": CanaryState(row.state)})


def _newest(session: Session, keys: list[Any], where: Any) -> list[Canary]:
    """The newest row of each combination of `keys`."""
    row = tables.Canary
    last = select(*keys, func.max(col(row.asked_at)).label("at")).where(where).group_by(*keys).subquery()
    same = [last.c[key.key] == key for key in keys]
    found = session.scalars(select(row).join(last, and_(*same, last.c.at == col(row.asked_at))).where(where))
    return [canary(one) for one in found]


def _span(row: tables.Coverage) -> Span:
    causes = tuple((str(one.get("code", "")), str(one.get("about", ""))) for one in row.causes)
    return Span(row.starts_at, row.ends_at or row.starts_at, row.ok, causes)


def _devices(session: Session, store_id: str) -> tuple[readiness.DeviceFact, ...]:
    row = tables.Device
    found = session.scalars(select(row).where(col(row.store_id) == store_id).order_by(col(row.device)))
    fault = tables.Fault
    told = session.execute(
        select(col(fault.device), col(fault.since)).where(
            col(fault.store_id) == store_id,
            col(fault.kind) == OwnFault.CERTIFICATE_ENDS.value,
            col(fault.ended_at).is_(None),
        )
    )
    ends = {device: certificates.ends(since) for device, since in told}
    return tuple(
        readiness.DeviceFact(one.device, one.kind, one.name, one.state, one.changed_at, ends.get(one.device))
        for one in found
    )


def _transmitters(session: Session, store_id: str) -> tuple[readiness.TransmitterFact, ...]:
    row = tables.Transmitter
    found = session.scalars(
        select(row).where(col(row.store_id) == store_id).order_by(col(row.position), col(row.id))
    ).all()
    names = {one.id: (one.gateway, one.name) for one in found}
    return tuple(
        readiness.TransmitterFact(
            one.gateway,
            one.name,
            one.state,
            one.cause,
            one.driver,
            one.ceiling_s,
            one.air_s,
            names.get(one.standby_id),
        )
        for one in found
    )


def _table(name: str) -> Any:
    return SQLModel.metadata.tables[name]


def tidy_canaries(at: Connection, store_id: str, before: datetime, most: int = TIDIED) -> int:
    """Delete the oldest walks with their presses, a few at a time: nobody waits for it. Gives how many."""
    canary, press = _table("canary"), _table("press")
    old = at.execute(
        select(canary.c.id, canary.c.press_id)
        .where(canary.c.store_id == store_id, canary.c.asked_at < before)
        .order_by(canary.c.asked_at)
        .limit(most)
    ).all()
    if not old:
        return 0
    presses = [row.press_id for row in old if row.press_id is not None]
    at.execute(delete(press).where(press.c.id.in_(presses), press.c.purpose == Purpose.CANARY.value))
    at.execute(delete(canary).where(canary.c.id.in_([row.id for row in old])))
    return len(old)
