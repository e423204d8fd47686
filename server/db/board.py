"""What the live board knows of one store: what is open, what was closed today, how the devices are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from broker_config.messages import PressKind, Purpose
from server.db.open_incidents import OpenIncident, open_incidents, place_name
from server.db.places import Person, people
from server.db.tables import Button, Cause, Device, Incident, Journal, Pager, PressRow, Transmitter, Zone
from server.rules.incidents import Outcome, State

CLOSED_SHOWN = 8


@dataclass(frozen=True, slots=True)
class CauseWord:
    """A cause as screens need it: a built-in code is translated, a store's own name is not."""

    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ClosedIncident:
    number: int
    place: str
    purpose: str
    outcome: str
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime
    closed_by: Person | None
    cause: CauseWord | None = None
    confirmed: bool = False
    """By the customer's own green press."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One call of today, for the figures: when it was opened, should have been and was answered."""

    opened_at: datetime
    exit_at: datetime
    answered_at: datetime | None
    open: bool
    outcome: str | None
    confirmed: bool = False
    """By the customer's own green press."""


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    name: str
    kind: str
    state: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransmitterFacts:
    name: str
    gateway: str
    state: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class BoardFacts:
    journal_id: int
    """Everything up to this entry is in here."""
    open: tuple[OpenIncident, ...]
    closed: tuple[ClosedIncident, ...]
    """The newest of today."""
    closed_count: int
    answers: tuple[Answer, ...]
    presses: int
    devices: tuple[DeviceFacts, ...]
    transmitters: tuple[TransmitterFacts, ...]
    pagers: int


def load(session: Session, store_id: str, today: datetime) -> BoardFacts:
    """`today` is the store's midnight, in UTC."""
    journal_id = session.scalar(select(func.max(col(Journal.id)))) or 0
    todays = _todays(session, store_id, today)
    closed = sorted(
        (row for row in todays if row.state == State.CLOSED), key=lambda row: row.closed_at, reverse=True
    )
    newest = closed[:CLOSED_SHOWN]
    names = people(session, (row.closed_by_id for row in newest))
    return BoardFacts(
        journal_id=journal_id,
        open=open_incidents(session, store_id),
        closed=tuple(
            ClosedIncident(
                row.number,
                row.place,
                row.purpose,
                row.outcome or "",
                row.opened_at,
                row.answered_at,
                row.closed_at,
                names.get(row.closed_by_id or 0),
                None if row.cause_id is None else CauseWord(row.cause_code, row.cause_name or ""),
                row.confirmed_at is not None and row.outcome != Outcome.RECOVERED_BY_CUSTOMER,
            )
            for row in newest
        ),
        closed_count=sum(row.purpose == Purpose.CALL for row in closed),
        answers=tuple(
            Answer(
                row.opened_at,
                row.exit_at,
                row.answered_at,
                row.state != State.CLOSED,
                row.outcome,
                row.confirmed_at is not None or row.outcome == Outcome.RECOVERED_BY_CUSTOMER,
            )
            for row in todays
            if row.purpose == Purpose.CALL
        ),
        presses=presses(session, store_id, today, None),
        devices=_devices(session, store_id),
        transmitters=_transmitters(session, store_id),
        pagers=session.scalar(
            select(func.count()).select_from(Pager).where(col(Pager.store_id) == store_id, col(Pager.active))
        )
        or 0,
    )


def presses(session: Session, store_id: str, first: datetime, last: datetime | None) -> int:
    """How often customers called in [first, last): late presses too; no drill, nothing taken back, no green button."""
    contented = select(col(Button.id)).where(col(Button.store_id) == store_id, col(Button.colour) != "red")
    query = (
        select(func.count())
        .select_from(PressRow)
        .where(
            col(PressRow.store_id) == store_id,
            col(PressRow.pressed_at) >= first,
            col(PressRow.kind) == PressKind.PRESS.value,
            col(PressRow.purpose) == Purpose.CALL.value,
            col(PressRow.state) != "undone",
            col(PressRow.button_id).is_(None) | col(PressRow.button_id).not_in(contented),
        )
    )
    if last is not None:
        query = query.where(col(PressRow.pressed_at) < last)
    return session.scalar(query) or 0


def _todays(session: Session, store_id: str, today: datetime) -> Sequence[Row[Any]]:
    query = (
        select(
            col(Incident.number),
            col(Incident.purpose),
            col(Incident.state),
            col(Incident.outcome),
            col(Incident.opened_at),
            col(Incident.exit_at),
            func.coalesce(col(Incident.acknowledged_at), col(Incident.attended_at)).label("answered_at"),
            col(Incident.closed_at),
            col(Incident.closed_by_id),
            col(Incident.confirmed_at),
            col(Incident.cause_id),
            col(Cause.code).label("cause_code"),
            col(Cause.name).label("cause_name"),
            place_name().label("place"),
        )
        .join(Zone, col(Zone.id) == col(Incident.zone_id), isouter=True)
        .join(Cause, col(Cause.id) == col(Incident.cause_id), isouter=True)
        .where(
            col(Incident.store_id) == store_id,
            col(Incident.opened_at) >= today,
            col(Incident.quiet).is_(False),
        )
    )
    return session.execute(query).all()


def _devices(session: Session, store_id: str) -> tuple[DeviceFacts, ...]:
    rows: Iterable[Device] = session.scalars(
        select(Device).where(col(Device.store_id) == store_id).order_by(col(Device.kind), col(Device.device))
    )
    return tuple(DeviceFacts(row.name or row.device, row.kind, row.state, row.changed_at) for row in rows)


def _transmitters(session: Session, store_id: str) -> tuple[TransmitterFacts, ...]:
    rows: Iterable[Transmitter] = session.scalars(
        select(Transmitter).where(col(Transmitter.store_id) == store_id).order_by(col(Transmitter.position))
    )
    return tuple(TransmitterFacts(row.name, row.gateway, row.state, row.cause) for row in rows)
