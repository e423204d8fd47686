"""Incidents and presses as lists that one can page through, and one incident with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from broker_config.messages import PressKind, Purpose
from server.db.tables import (
    Account,
    Button,
    Carrier,
    Cause,
    Incident,
    Journal,
    Notice,
    Page,
    Pager,
    PressRow,
    StandInReport,
    Store,
    Zone,
)
from server.rules.incidents import State

OPEN = (State.TRIGGERED, State.ACKNOWLEDGED, State.ATTENDED)


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident with the names that belong to its ids."""

    incident: Incident
    zone: str | None
    button: str | None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    listed: Listed
    presses: Sequence[PressRow]
    pages: Sequence[tuple[Page, str]]
    """With the label of the pager."""
    journal: Sequence[tuple[Journal, str | None]]
    """With the name of who did it."""
    names: dict[int, str]
    """Account id -> name, of whoever acknowledged, arrived or closed."""
    people: Sequence[Carrier] = ()
    """Everybody of the store: who was called, and who was not."""
    notices: Sequence[Notice] = ()
    reports: Sequence[StandInReport] = ()
    """What the keeper gateway told, if it stood in."""
    labels: Mapping[int, str] = field(default_factory=dict)
    """Of every pager of the store."""


def has_store(session: Session, store: str) -> bool:
    return session.get(Store, store) is not None


def latest(
    session: Session,
    store: str,
    limit: int,
    before: int | None = None,
    states: Sequence[State] | None = None,
    *,
    quiet: bool = False,
) -> list[Listed]:
    """Newest first; `before` is the number where the last look ended; `states` None: all. Quiet calls are a list
    of their own."""
    statement = _listed().where(Incident.store_id == store, col(Incident.quiet).is_(quiet))
    if before is not None:
        statement = statement.where(Incident.number < before)
    if states is not None:
        statement = statement.where(col(Incident.state).in_([state.value for state in states]))
    rows = session.exec(statement.order_by(col(Incident.number).desc()).limit(limit))
    return [Listed(*row) for row in rows]


def _listed() -> Any:
    return (
        select(Incident, Zone.name, Button.label, Cause)
        .outerjoin(Zone, col(Zone.id) == col(Incident.zone_id))
        .outerjoin(Button, col(Button.id) == col(Incident.button_id))
        .outerjoin(Cause, col(Cause.id) == col(Incident.cause_id))
    )


@dataclass(frozen=True, slots=True)
class Found:
    id: UUID
    quiet: bool
    state: State
    closed_at: datetime | None


def find(session: Session, store: str, number: int, *, quiet: bool = False) -> Found | None:
    """An incident by its number. `quiet`: whoever asks may know of quiet calls; for others there is none."""
    row = session.exec(
        select(Incident.id, Incident.quiet, Incident.state, Incident.closed_at).where(
            Incident.store_id == store, Incident.number == number
        )
    ).one_or_none()
    if row is None or (row[1] and not quiet):
        return None
    return Found(row[0], row[1], State(row[2]), row[3])


KNOW_OF_QUIET = ("security", "manager")
"""Roles of those who may be called to a quiet call."""


def may_take(session: Session, one: Found, carrier: int | None) -> bool:
    """Whether it may be passed to this person: a quiet call rings at nobody who may not know of it."""
    if not one.quiet or carrier is None:
        return True
    person = session.get(Carrier, carrier)
    return person is not None and person.role in KNOW_OF_QUIET


def place_of(session: Session, store: str, number: int) -> str:
    """The zone of an incident, or the device of an input that nobody has set up; empty without such an incident."""
    row = session.exec(
        select(Zone.name, Incident.device)
        .select_from(Incident)
        .outerjoin(Zone, col(Zone.id) == col(Incident.zone_id))
        .where(Incident.store_id == store, Incident.number == number)
    ).one_or_none()
    return "" if row is None else row[0] or row[1]


def whole(session: Session, store: str, number: int, *, quiet: bool = False) -> Whole | None:
    """One incident with its presses, pages and journal, each in the order in which it happened. `quiet` as above."""
    row = session.exec(_listed().where(Incident.store_id == store, Incident.number == number)).one_or_none()
    if row is None or (row[0].quiet and not quiet):
        return None
    incident = row[0]
    presses = session.exec(
        select(PressRow)
        .where(PressRow.incident_id == incident.id)
        .order_by(col(PressRow.pressed_at), col(PressRow.seq))
    ).all()
    pages = session.exec(
        select(Page, Pager.label)
        .join(Pager, col(Pager.id) == col(Page.pager_id))
        .where(Page.incident_id == incident.id)
        .order_by(col(Page.created_at), col(Page.id))
    ).all()
    journal = session.exec(
        select(Journal, Account.name)
        .outerjoin(Account, col(Account.id) == col(Journal.account_id))
        .where(Journal.incident_id == incident.id)
        .order_by(col(Journal.id))
    ).all()
    who = {incident.acknowledged_by_id, incident.attended_by_id, incident.closed_by_id} - {None}
    return Whole(
        Listed(*row),
        presses,
        [(page, label) for page, label in pages],
        [(entry, name) for entry, name in journal],
        names(session, {account for account in who if account is not None}),
        people=session.exec(select(Carrier).where(Carrier.store_id == store).order_by(Carrier.name)).all(),
        notices=session.exec(
            select(Notice).where(Notice.incident_id == incident.id).order_by(col(Notice.created_at))
        ).all(),
        reports=session.exec(
            select(StandInReport)
            .where(StandInReport.incident_id == incident.id)
            .order_by(col(StandInReport.received_at))
        ).all(),
        labels={
            number: label
            for number, label in session.exec(select(Pager.id, Pager.label).where(Pager.store_id == store))
            if number is not None
        },
    )


def names(session: Session, accounts: set[int]) -> dict[int, str]:
    """Account id -> name."""
    if not accounts:
        return {}
    rows = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(accounts)))
    return {number: name for number, name in rows if number is not None}


def latest_presses(
    session: Session, store: str, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[tuple[PressRow, int | None]]:
    """Newest first, with the number of the incident each belongs to; `before`: when and id of the last one.
    Neither quiet calls, nor what took one back, nor canaries are among them."""
    hushed = select(PressRow.id).where(
        PressRow.store_id == store, PressRow.kind == PressKind.QUIET.value, PressRow.state == "undone"
    )
    statement = (
        select(PressRow, Incident.number)
        .outerjoin(Incident, col(Incident.id) == col(PressRow.incident_id))
        .where(
            PressRow.store_id == store,
            PressRow.kind != PressKind.QUIET.value,
            col(PressRow.ref).is_(None) | col(PressRow.ref).not_in(hushed),
            PressRow.purpose != Purpose.CANARY.value,
            col(Incident.quiet).is_not(True),
        )
    )
    if before is not None:
        moment, press = before
        at = col(PressRow.pressed_at)
        statement = statement.where((at < moment) | ((at == moment) & (col(PressRow.id) < press)))
    newest = (col(PressRow.pressed_at).desc(), col(PressRow.id).desc())
    return [(press, number) for press, number in session.exec(statement.order_by(*newest).limit(limit))]
