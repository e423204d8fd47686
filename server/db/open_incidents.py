"""The incidents that are not closed, with everybody who was called for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from server.db.places import Person, people
from server.db.tables import Button, Carrier, Incident, Journal, Page, Pager, Zone
from server.rules.incidents import State
from server.rules.journal import Action
from server.rules.pages import TELLS

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
    reason: str = "step"
    carrier_id: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to an open incident and must be seen: an entry of the journal."""

    incident: UUID
    action: str
    at: datetime
    account_id: int | None
    by: Person | None
    detail: Mapping[str, Any]


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
    """Without those that only told somebody who goes."""
    acknowledged_by_id: int | None = None
    attended_by_id: int | None = None
    quiet: bool = False
    damped: bool = False
    last_resort_at: datetime | None = None
    stood_in_at: datetime | None = None
    notes: tuple[Note, ...] = ()
    """In the order in which they happened."""


One = TypeVar("One", Call, Note)
NOTED = (
    Action.FALLBACK,
    Action.DAMPED,
    Action.PASSED_ON,
    Action.HELP,
    Action.ASKED_TO_CLOSE,
    Action.NOT_ATTENDED,
)


def open_incidents(
    session: Session, store_id: str, *, quiet: bool | None = False
) -> tuple[OpenIncident, ...]:
    """`quiet` True: only the quiet ones; None: all, for somebody who may know of them."""
    wanted = () if quiet is None else (col(Incident.quiet).is_(quiet),)
    rows = session.execute(
        select(Incident, place_name(), col(Button.label))
        .join(Zone, col(Zone.id) == col(Incident.zone_id), isouter=True)
        .join(Button, col(Button.id) == col(Incident.button_id), isouter=True)
        # the few open ones are found by state: years of closed ones of the store are never touched
        .where(col(Incident.state).in_(OPEN), func.coalesce(col(Incident.store_id), "") == store_id, *wanted)
        .order_by(col(Incident.opened_at), col(Incident.number))
    ).all()
    found = [row[0] for row in rows]
    names = people(session, [a for row in found for a in (row.acknowledged_by_id, row.attended_by_id)])
    ids = [row.id for row in found]
    calls, notes = _by_incident(_calls(session, ids)), _by_incident(_notes(session, ids))
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
            calls=tuple(calls.get(row.id, ())),
            acknowledged_by_id=row.acknowledged_by_id,
            attended_by_id=row.attended_by_id,
            quiet=row.quiet,
            damped=row.damped,
            last_resort_at=row.last_resort_at,
            stood_in_at=row.stood_in_at,
            notes=tuple(notes.get(row.id, ())),
        )
        for row, place, label in rows
    )


def _by_incident(found: Iterable[One]) -> dict[UUID, list[One]]:
    sorted_out: dict[UUID, list[One]] = {}
    for one in found:
        sorted_out.setdefault(one.incident, []).append(one)
    return sorted_out


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
            col(Page.reason),
            col(Page.carrier_id),
            col(Page.members),
        )
        .join(Pager, col(Pager.id) == col(Page.pager_id))
        .join(Carrier, col(Carrier.id) == col(Page.carrier_id), isouter=True)
        .where(col(Page.incident_id).in_(incidents), col(Page.reason).not_in(TELLS))
        .order_by(col(Page.created_at), col(Page.id))
    )
    found = [(Call(*row[:-1]), row[-1]) for row in rows]
    names = _worn_by(session, {pager for _, members in found for pager, _ in members})
    return [
        each
        for call, members in found
        for each in (
            [replace(call, to=names.get((pager, who), call.to), carrier_id=who) for pager, who in members]
            or [call]
        )
    ]


def _worn_by(session: Session, pagers: set[int]) -> dict[tuple[int, int | None], str]:
    """(pager, carrier) -> initials, or the label of a pager that nobody wears."""
    if not pagers:
        return {}
    labels = session.execute(select(col(Pager.id), col(Pager.label)).where(col(Pager.id).in_(pagers))).all()
    initials = session.execute(
        select(col(Carrier.id), col(Carrier.initials))
        .join(Pager, col(Pager.store_id) == col(Carrier.store_id))
        .where(col(Pager.id).in_(pagers))
        .distinct()
    ).all()
    found: dict[tuple[int, int | None], str] = {(pager, None): label for pager, label in labels}
    return found | {(pager, who): name for pager, _ in labels for who, name in initials}


def _notes(session: Session, incidents: Sequence[UUID]) -> list[Note]:
    if not incidents:
        return []
    rows = list(
        session.scalars(
            select(Journal)
            .where(
                col(Journal.incident_id).in_(incidents),
                col(Journal.action).in_([action.value for action in NOTED]),
            )
            .order_by(col(Journal.id))
        )
    )
    who = people(session, [row.account_id for row in rows])
    return [
        Note(row.incident_id, row.action, row.at, row.account_id, who.get(row.account_id or 0), row.detail)
        for row in rows
        if row.incident_id is not None
    ]


def place_name() -> ColumnElement[str]:
    """The zone's name; an input that nobody has set up is called by its device."""
    return func.coalesce(col(Zone.name), col(Incident.device))
