"""What is durably true, for whoever judges the world from outside: presses, calls and pages as the rows have them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from server.db.account import read_facts
from server.db.connect import Database
from server.db.tables import Incident, Journal, Page, PressRow, StandInReport
from server.rules.account import Account, draw_up
from server.rules.facts import Attempt, Way
from server.rules.journal import Action


@dataclass(frozen=True, slots=True)
class PressFacts:
    id: UUID
    device: str
    input: int
    seq: int
    kind: str
    purpose: str
    state: str
    pressed_at: datetime
    received_at: datetime
    age_known: bool
    tries: int
    incident: UUID | None


@dataclass(frozen=True, slots=True)
class CallFacts:
    id: UUID
    number: int
    device: str
    input: int
    press: UUID
    purpose: str
    state: str
    outcome: str | None
    opened_at: datetime
    due_at: datetime | None
    called_at: datetime | None
    nobody_at: datetime | None
    acknowledged_at: datetime | None
    attended_at: datetime | None
    closed_at: datetime | None
    stood_in_at: datetime | None
    presses: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class PageFacts:
    id: UUID
    incident: UUID
    gateway: str
    transmitter: str
    address: str
    body: str
    step: int
    reason: str
    state: str
    proof: str
    attempt: int
    created_at: datetime
    deadline_at: datetime
    ordered_at: datetime | None
    final_at: datetime | None
    error: str | None
    ways: tuple[Way, ...] = ()
    """(gateway, transmitter) of all ways to its pager; empty: there is only one."""
    others: tuple[Attempt, ...] = ()
    """What became of it at other gateways."""


@dataclass(frozen=True, slots=True)
class Books:
    presses: tuple[PressFacts, ...]
    calls: tuple[CallFacts, ...]
    pages: tuple[PageFacts, ...]
    reports: int
    """Of stand-ins."""


def read_books(db: Database, store: str) -> Books:
    """All of it, each in the order of its making."""
    press, call, page = PressRow, Incident, Page
    with db.reading() as session:
        presses = session.execute(
            select(
                col(press.id),
                col(press.device),
                col(press.input),
                col(press.seq),
                col(press.kind),
                col(press.purpose),
                col(press.state),
                col(press.pressed_at),
                col(press.received_at),
                col(press.age_known),
                col(press.tries),
                col(press.incident_id),
            )
            .where(col(press.store_id) == store)
            .order_by(col(press.device), col(press.seq), col(press.id))
        ).all()
        calls = session.execute(
            select(
                col(call.id),
                col(call.number),
                col(call.device),
                col(call.input),
                col(call.press_id),
                col(call.purpose),
                col(call.state),
                col(call.outcome),
                col(call.opened_at),
                col(call.due_at),
                col(call.called_at),
                col(call.nobody_at),
                col(call.acknowledged_at),
                col(call.attended_at),
                col(call.closed_at),
                col(call.stood_in_at),
                col(call.presses),
                col(call.quiet),
            )
            .where(col(call.store_id) == store)
            .order_by(col(call.number))
        ).all()
        pages = session.execute(
            select(
                col(page.id),
                col(page.incident_id),
                col(page.gateway),
                col(page.transmitter),
                col(page.address),
                col(page.body),
                col(page.step),
                col(page.reason),
                col(page.state),
                col(page.proof),
                col(page.attempt),
                col(page.created_at),
                col(page.deadline_at),
                col(page.ordered_at),
                col(page.final_at),
                col(page.error_code),
                col(page.ways),
                col(page.others),
            )
            .where(col(page.store_id) == store)
            .order_by(col(page.created_at), col(page.id))
        ).all()
        reports = session.scalar(
            select(func.count()).select_from(StandInReport).where(col(StandInReport.store_id) == store)
        )
    return Books(
        tuple(PressFacts(*row) for row in presses),
        tuple(CallFacts(*row) for row in calls),
        tuple(_page(*row) for row in pages),
        reports or 0,
    )


def _page(*row: Any) -> PageFacts:
    *plain, ways, others = row
    return replace(
        PageFacts(*plain),
        ways=tuple((gateway, name) for gateway, name in ways),
        others=tuple(Attempt(*one) for one in others),
    )


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What a light at this button may say, by the rows; also what is over: a word may have waited on its way."""

    stored: bool
    called: bool
    coming: bool


def at_place(db: Database, store: str, device: str, number: int, since: datetime) -> PlaceFacts:
    """`since`: presses that came later, and calls that were not over by then."""
    here = (col(Incident.store_id) == store, col(Incident.device) == device, col(Incident.input) == number)
    with db.reading() as session:
        stored = session.scalar(
            select(func.count())
            .select_from(PressRow)
            .where(
                col(PressRow.store_id) == store,
                col(PressRow.device) == device,
                col(PressRow.input) == number,
                col(PressRow.received_at) >= since - timedelta(seconds=1),
            )
        )
        calls = session.execute(
            select(col(Incident.id), col(Incident.called_at)).where(
                *here, col(Incident.closed_at).is_(None) | (col(Incident.closed_at) >= since)
            )
        ).all()
        ids = [one for one, _ in calls]
        coming = session.scalar(
            select(func.count())
            .select_from(Journal)
            .where(col(Journal.incident_id).in_(ids), col(Journal.action) == Action.ACKNOWLEDGED.value)
        )
    return PlaceFacts(bool(stored or calls), any(called is not None for _, called in calls), bool(coming))


def account_of(db: Database, store: str, now: datetime) -> Account:
    """As `redbutton account` draws it up."""
    with db.reading() as session:
        return draw_up(read_facts(session, store, now))
