"""The incidents that are not closed, with everybody who was called for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from server.db.places import Person, people
from server.db.tables import Button, Carrier, Incident, Page, Pager, Zone
from server.rules.incidents import State

OPEN = (State.TRIGGERED.value, State.ACKNOWLEDGED.value, State.ATTENDED.value)


@dataclass(frozen=True, slots=True)
class Call:
    """One page of an open incident: who, and how far it came."""

    incident: UUID
    to: str
    """Initials of the carrier, or the label of a pager that nobody carries."""
    step: int
    state: str
    proof: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenIncident:
    id: UUID
    number: int
    place: str
    button: str
    purpose: str
    state: str
    presses: int
    again: bool
    step: int
    repeats: int
    opened_at: datetime
    triggered_at: datetime
    due_at: datetime | None
    exit_at: datetime
    nobody_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: Person | None
    attended_at: datetime | None
    attended_by: Person | None
    calls: tuple[Call, ...]


def open_incidents(session: Session, store_id: str) -> tuple[OpenIncident, ...]:
    rows = session.execute(
        select(Incident, place_name(), col(Button.label))
        .join(Zone, col(Zone.id) == col(Incident.zone_id), isouter=True)
        .join(Button, col(Button.id) == col(Incident.button_id), isouter=True)
        # the few open ones are found by state: years of closed ones of the store are never touched
        .where(col(Incident.state).in_(OPEN), func.coalesce(col(Incident.store_id), "") == store_id)
        .order_by(col(Incident.opened_at), col(Incident.number))
    ).all()
    found = [row[0] for row in rows]
    names = people(session, [a for row in found for a in (row.acknowledged_by_id, row.attended_by_id)])
    calls = _calls(session, [row.id for row in found])
    return tuple(
        OpenIncident(
            id=row.id,
            number=row.number,
            place=place,
            button=label or f"{row.device}/{row.input}",
            purpose=row.purpose,
            state=row.state,
            presses=row.presses,
            again=row.again,
            step=row.step,
            repeats=row.repeats,
            opened_at=row.opened_at,
            triggered_at=row.triggered_at,
            due_at=row.due_at,
            exit_at=row.exit_at,
            nobody_at=row.nobody_at,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=names.get(row.acknowledged_by_id or 0),
            attended_at=row.attended_at,
            attended_by=names.get(row.attended_by_id or 0),
            calls=tuple(call for call in calls if call.incident == row.id),
        )
        for row, place, label in rows
    )


def _calls(session: Session, incidents: Sequence[UUID]) -> list[Call]:
    if not incidents:
        return []
    rows = session.execute(
        select(
            col(Page.incident_id),
            func.coalesce(col(Carrier.initials), col(Pager.label)),
            col(Page.step),
            col(Page.state),
            col(Page.proof),
            col(Page.created_at),
        )
        .join(Pager, col(Pager.id) == col(Page.pager_id))
        .join(Carrier, col(Carrier.id) == col(Page.carrier_id), isouter=True)
        .where(col(Page.incident_id).in_(incidents))
        .order_by(col(Page.created_at), col(Page.id))
    )
    return [Call(*row) for row in rows]


def place_name() -> ColumnElement[str]:
    """The zone's name; an input that nobody has set up is called by its device."""
    return func.coalesce(col(Zone.name), col(Incident.device))
