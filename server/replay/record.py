"""What happened in a store in a period, from its rows: read in chunks, nothing is written, nobody waits for it.

Each chunk is a short look of its own, so that a month of 30 000 calls takes bounded memory and holds no writer up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from broker_config.messages import Purpose
from server.db.connect import Database
from server.db.last_paged import last_paged
from server.db.shop_export import export_table
from server.db.tables import Duty, Incident, PressRow
from server.replay.lines import CallLine, DeedPart, DutyPart, Head, Line, PagePart, PressLine, PressPart
from server.replay.rows import PRESSES, Names, deeds_of, pages_of, pushes
from server.shop_file import parse_shop

CHUNK = 500
BEFORE = timedelta(days=7)
"""So far back the record looks for the last page to each person: the burden is shared from the first call on."""


@dataclass(frozen=True, slots=True)
class Period:
    """Local days of a store, both included, and the moments between which they lie."""

    first_day: date
    last_day: date
    zone: ZoneInfo

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.first_day, time(0), self.zone).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.last_day + timedelta(days=1), time(0), self.zone).astimezone(UTC)


def head(session: Session, store_id: str, first_day: date, last_day: date, now: datetime) -> Head:
    """Raises SetupError: no such store, or one that no shop file can describe."""
    table = _without_names(export_table(session, store_id))
    parse_shop(table, f"the store {store_id} in the database")
    period = Period(first_day, last_day, ZoneInfo(table["store"]["timezone"]))
    names = Names.read(session, store_id)
    return Head(
        store=store_id,
        timezone=period.zone.key,
        first_day=first_day,
        last_day=last_day,
        begins_at=period.begins_at,
        ends_at=period.ends_at,
        recorded_at=now,
        shop=table,
        duties=tuple(_duties(session, store_id, period, names)),
        last_called=_last_called(session, store_id, period, names),
    )


def lines(db: Database, store_id: str, begins_at: datetime, ends_at: datetime) -> Iterator[Line]:
    """Calls that were opened, and presses that were made, in [begins_at, ends_at), in the order of these moments."""
    with db.reading() as session:
        names = Names.read(session, store_id)
    streams: list[Iterator[Line]] = [
        _calls(db, store_id, begins_at, ends_at, names),
        _presses(db, store_id, begins_at, ends_at),
    ]
    yield from merge(*streams, key=lambda line: (line.moment, line.id))


def _without_names(table: dict[str, Any]) -> dict[str, Any]:
    """Initials for names, no address of anybody, nothing that routing does not ask for."""
    people = [{**row, "name": row["initials"]} for row in table["carriers"]]
    slow = [
        {"kind": "mail", "to": f"slow-channel-{number}@shop.invalid"}
        for number, _ in enumerate(table["last_resort"], 1)
    ]
    return {**table, "carriers": people, "last_resort": slow, "causes": [], "accounts": []}


def _duties(session: Session, store_id: str, period: Period, names: Names) -> Iterator[DutyPart]:
    rows = session.execute(
        select(Duty)
        .where(
            col(Duty.store_id) == store_id,
            col(Duty.ends_at) > period.begins_at,
            col(Duty.starts_at) < period.ends_at,
        )
        .order_by(col(Duty.id))
    ).scalars()
    for row in rows:
        if row.carrier_id in names.initials and row.starts_at < row.ends_at:
            yield DutyPart(
                who=names.initials[row.carrier_id],
                kind=row.kind,
                zone=names.zones.get(row.zone_id),
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )


def _last_called(session: Session, store_id: str, period: Period, names: Names) -> dict[str, datetime]:
    found = last_paged(
        session,
        col(Incident.store_id) == store_id,
        col(Incident.opened_at) > period.begins_at - BEFORE,
        col(Incident.opened_at) < period.begins_at,
    )
    return {names.initials[carrier]: at for carrier, at in found.items() if carrier in names.initials}


def _calls(
    db: Database, store_id: str, begins_at: datetime, ends_at: datetime, names: Names
) -> Iterator[CallLine]:
    at, key = col(Incident.opened_at), col(Incident.id)
    query = (
        select(Incident)
        .where(
            col(Incident.store_id) == store_id,
            at >= begins_at,
            at < ends_at,
            col(Incident.purpose) == Purpose.CALL.value,
        )
        .order_by(at, key)
        .limit(CHUNK)
    )
    after: tuple[datetime, UUID] | None = None
    while True:
        with db.reading() as session:
            found = (
                query
                if after is None
                else query.where(or_(at > after[0], and_(at == after[0], key > after[1])))
            )
            rows = session.execute(found).scalars().all()
            made = _lines(session, rows, names)
        yield from made
        if len(rows) < CHUNK:
            return
        after = (rows[-1].opened_at, rows[-1].id)


def _lines(session: Session, rows: Sequence[Incident], names: Names) -> list[CallLine]:
    ids = [row.id for row in rows]
    pushed = pushes(session, rows)
    pages: dict[UUID, list[PagePart]] = {}
    for incident, page in pages_of(session, ids, names):
        pages.setdefault(incident, []).append(page)
    deeds: dict[UUID, list[DeedPart]] = {}
    for incident, deed in deeds_of(session, ids, names):
        deeds.setdefault(incident, []).append(deed)
    return [
        CallLine(
            number=row.number,
            device=row.device,
            input=row.input,
            zone=names.zones.get(row.zone_id),
            kind="quiet" if row.quiet else "press",
            opened_at=row.opened_at,
            exit_at=row.exit_at,
            again=row.again,
            damped=row.damped,
            stood_in=row.stood_in_at is not None,
            presses=tuple(pushed[row.id]),
            pages=tuple(pages.get(row.id, ())),
            deeds=tuple(deeds.get(row.id, ())),
        )
        for row in rows
    ]


def _presses(db: Database, store_id: str, begins_at: datetime, ends_at: datetime) -> Iterator[PressLine]:
    """Presses that belong to no call: outside the opening hours, late, taken back at once, of other colours."""
    press = PressRow
    at, key = col(press.pressed_at), col(press.id)
    query = (
        select(
            key,
            col(press.device),
            col(press.input),
            col(press.kind),
            col(press.state),
            at,
            col(press.received_at),
        )
        .where(
            col(press.store_id) == store_id,
            at >= begins_at,
            at < ends_at,
            col(press.incident_id).is_(None),
            col(press.purpose) == Purpose.CALL.value,
            col(press.kind).in_(PRESSES),
            col(press.state) != "merged",
        )
        .order_by(at, key)
        .limit(CHUNK)
    )
    after: tuple[datetime, UUID] | None = None
    while True:
        with db.reading() as session:
            found = (
                query
                if after is None
                else query.where(or_(at > after[0], and_(at == after[0], key > after[1])))
            )
            rows = session.execute(found).all()
        for number, device, place, kind, state, pressed_at, received_at in rows:
            part = PressPart(id=number, pressed_at=pressed_at, received_at=received_at)
            yield PressLine(device=device, input=place, kind=kind, state=state, press=part)
        if len(rows) < CHUNK:
            return
        after = (rows[-1][5], rows[-1][0])
