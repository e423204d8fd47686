"""Years of incidents, a screenful at a time: every look walks the index from where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlmodel import Session, col

from broker_config.messages import Purpose
from server.db import cause_tree, incidents, zone_tree
from server.db.open_incidents import OPEN, place_name
from server.db.places import Person, people
from server.db.tables import Button, Incident, Zone
from server.rules.incidents import Outcome, State
from server.rules.recovered import Rates, rates

COUNT_UP_TO = 1_000
"""Counting further would read years of rows to tell a number that nobody needs exactly."""

SMALLEST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Filters:
    """[first, last) of when it was opened. Everything else narrows further; None and empty do not."""

    first: datetime
    last: datetime
    zone: int | None = None
    button: int | None = None
    state: str | None = None
    outcome: str | None = None
    purpose: str | None = None
    cause: int | None = None
    """With all causes under it, as the zone with all zones in it."""
    text: str = ""
    """A number, or a part of the name of a zone or a button."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The edge of a screenful."""

    opened_at: datetime
    id: UUID
    newer: bool = False
    """False: what comes after it (older); True: what comes before it."""


@dataclass(frozen=True, slots=True)
class Listed:
    id: UUID
    number: int
    place: str
    button: str
    purpose: str
    state: str
    outcome: str | None
    presses: int
    again: bool
    opened_at: datetime
    acknowledged_at: datetime | None
    attended_at: datetime | None
    closed_at: datetime | None
    by: Person | None
    """Who went."""
    cause_id: int | None = None
    confirmed: bool = False
    """By the customer's own green press."""


@dataclass(frozen=True, slots=True)
class Found:
    rows: tuple[Listed, ...]
    """Newest first."""
    older: Cursor | None
    newer: Cursor | None
    count: int
    """Of everything that fits, up to COUNT_UP_TO + 1."""
    rates: Rates
    """Of the newest COUNT_UP_TO of them."""


def find(session: Session, store_id: str, filters: Filters, cursor: Cursor | None, limit: int) -> Found:
    wanted = filters if cursor is None else _from(filters, cursor)
    query = (
        select(Incident, place_name(), col(Button.label))
        .join(Zone, col(Zone.id) == col(Incident.zone_id), isouter=True)
        .join(Button, col(Button.id) == col(Incident.button_id), isouter=True)
        .where(_fits(session, store_id, wanted))
    )
    backwards = cursor is not None and cursor.newer
    if cursor is not None:
        query = query.where(_beyond(cursor))
    order = (col(Incident.opened_at), col(Incident.id))
    query = query.order_by(*(order if backwards else (part.desc() for part in order)))
    found = list(session.execute(query.limit(limit + 1)))
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    who = people(session, (row[0].acknowledged_by_id or row[0].attended_by_id for row in found))
    rows = tuple(_listed(row[0], row[1], row[2], who) for row in found)
    older = more if not backwards else cursor is not None
    newer = more if backwards else cursor is not None
    count, of_all = _summary(session, _fits(session, store_id, filters))
    return Found(
        rows=rows,
        older=Cursor(rows[-1].opened_at, rows[-1].id) if rows and older else None,
        newer=Cursor(rows[0].opened_at, rows[0].id, newer=True) if rows and newer else None,
        count=count,
        rates=of_all,
    )


def _listed(incident: Incident, place: str, label: str | None, who: dict[int, Person]) -> Listed:
    return Listed(
        id=incident.id,
        number=incident.number,
        place=place,
        button=label or f"{incident.device}/{incident.input}",
        purpose=incident.purpose,
        state=incident.state,
        outcome=incident.outcome,
        presses=incident.presses,
        again=incident.again,
        opened_at=incident.opened_at,
        acknowledged_at=incident.acknowledged_at,
        attended_at=incident.attended_at,
        closed_at=incident.closed_at,
        by=who.get(incident.acknowledged_by_id or incident.attended_by_id or 0),
        cause_id=incident.cause_id,
        confirmed=incident.confirmed_at is not None,
    )


def _from(filters: Filters, cursor: Cursor) -> Filters:
    """Begins at the cursor. One bound on each side: of two, SQLite uses the first and walks up to the other."""
    if cursor.newer:
        return replace(filters, first=max(filters.first, cursor.opened_at))
    return replace(filters, last=min(filters.last, cursor.opened_at + SMALLEST))


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    """Of those that opened at the very moment of the cursor, only the ones behind it."""
    at, key = col(Incident.opened_at), col(Incident.id)
    if cursor.newer:
        return or_(at > cursor.opened_at, key > cursor.id)
    return or_(at < cursor.opened_at, key < cursor.id)


def _fits(session: Session, store_id: str, filters: Filters) -> ColumnElement[bool]:
    # The few open ones are found by state; everything else along the index of the store's time.
    by_state = filters.state in OPEN
    parts: list[ColumnElement[bool]] = [
        func.coalesce(col(Incident.store_id), "") == store_id
        if by_state
        else col(Incident.store_id) == store_id,
        col(Incident.opened_at) >= filters.first,
        col(Incident.opened_at) < filters.last,
        col(Incident.quiet).is_(False),
    ]
    for column, wanted in (
        (Incident.button_id, filters.button),
        (Incident.state, filters.state),
        (Incident.purpose, filters.purpose),
    ):
        if wanted is not None:
            parts.append(col(column) == wanted)
    if filters.zone is not None:
        inside = zone_tree.within(zone_tree.zones(session, store_id), filters.zone)
        parts.append(col(Incident.zone_id).in_(inside))
    if filters.cause is not None:
        under = cause_tree.within(cause_tree.causes(session, store_id), filters.cause)
        parts.append(col(Incident.cause_id).in_(under))
    if filters.outcome == Outcome.RECOVERED_BY_CUSTOMER:
        parts.append(or_(col(Incident.outcome) == filters.outcome, col(Incident.confirmed_at).is_not(None)))
    elif filters.outcome is not None:
        parts.append(col(Incident.outcome) == filters.outcome)
    if filters.text:
        parts.append(_says(session, store_id, filters.text))
    return and_(*parts)


def _says(session: Session, store_id: str, text: str) -> ColumnElement[bool]:
    """The few zones and buttons are looked through by name here, where capitals of every alphabet are known."""
    wanted = text.casefold()
    zones = session.execute(select(col(Zone.id), col(Zone.name)).where(col(Zone.store_id) == store_id))
    in_zones = [row[0] for row in zones if wanted in row[1].casefold()]
    buttons = session.execute(
        select(col(Button.id), col(Button.label)).where(col(Button.store_id) == store_id)
    )
    at_buttons = [row[0] for row in buttons if wanted in row[1].casefold()]
    parts: list[ColumnElement[bool]] = []
    if in_zones:
        parts.append(col(Incident.zone_id).in_(in_zones))
    if at_buttons:
        parts.append(col(Incident.button_id).in_(at_buttons))
    number = text.lstrip("#\u2116 ")
    if number.isascii() and number.isdigit() and len(number) <= 9:
        found = incidents.find(session, store_id, int(number))
        if found is not None:
            parts.append(col(Incident.id) == found.id)
    return or_(*parts) if parts else false()


def _summary(session: Session, fits: ColumnElement[bool]) -> tuple[int, Rates]:
    some = session.execute(
        select(col(Incident.state), col(Incident.purpose), col(Incident.outcome), col(Incident.confirmed_at))
        .where(fits)
        .order_by(col(Incident.opened_at).desc())
        .limit(COUNT_UP_TO + 1)
    ).all()
    closed = (
        (outcome, confirmed is not None)
        for state, purpose, outcome, confirmed in some[:COUNT_UP_TO]
        if state == State.CLOSED and purpose == Purpose.CALL
    )
    return len(some), rates(closed)
