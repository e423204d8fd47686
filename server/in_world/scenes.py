"""What a scenario wants to know besides the books: faults, letters out of the shop, and whether all is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.channels_out.core import ChannelsCore, Sender
from server.channels_out.letter import Outcome, Tried
from server.db.connect import Database
from server.db.tables import Fault, Notice
from server.engine.events import Event
from server.rules.readiness import Mood
from server.web.readiness.load import load


@dataclass(frozen=True, slots=True)
class FaultFacts:
    device: str
    kind: str
    since: datetime


def read_faults(db: Database, store: str) -> tuple[FaultFacts, ...]:
    with db.reading() as session:
        found = session.scalars(
            select(Fault).where(col(Fault.store_id) == store).order_by(col(Fault.since), col(Fault.id))
        )
        return tuple(FaultFacts(one.device, one.kind, one.since) for one in found)


def read_letters(db: Database, store: str) -> dict[UUID, tuple[str, ...]]:
    """By incident: the state of each letter."""
    letters: dict[UUID, tuple[str, ...]] = {}
    with db.reading() as session:
        found = session.scalars(
            select(Notice).where(col(Notice.store_id) == store).order_by(col(Notice.created_at))
        )
        for one in found:
            letters[one.incident_id] = (*letters.get(one.incident_id, ()), one.state)
    return letters


def readiness_of(db: Database, store: str, now: datetime) -> tuple[bool, frozenset[str]]:
    """As `GET /readiness`: whether the whole path holds, and the causes of every line that is bad."""
    with db.reading() as session:
        found = load(session, store, now, days=1).readiness
    return found.covered, frozenset(
        str(line.cause) for line in found.lines if line.mood is Mood.BAD and line.cause is not None
    )


def letter_core(sender: Sender, told: Callable[[Event], None], wall_at_zero: float) -> ChannelsCore:
    """The slow channels' own rules. `wall_at_zero`: the epoch second at which the boot-time clock stood at zero."""
    return ChannelsCore(
        sender,
        told,
        boot=lambda moment: moment.timestamp() - wall_at_zero,
        utc=lambda boot: datetime.fromtimestamp(wall_at_zero + boot, UTC),
    )


def tried(notice: UUID, number: int, error: str | None) -> Tried:
    """How one try of a letter ended; None: it was taken."""
    return Tried(notice, number, Outcome(error is None, error))
