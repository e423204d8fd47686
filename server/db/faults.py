"""Faults of devices as rows: open ones, and those of the last 90 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from server.db import tables


@dataclass(frozen=True, slots=True)
class Fault:
    id: int
    device: str
    input: int | None
    """None: of the whole device."""
    kind: str
    since: datetime
    told_at: datetime
    """When it was last found or told."""
    ended_at: datetime | None
    count: int
    text: str


def read_faults(
    session: Session,
    store_id: str,
    *,
    device: str | None = None,
    since: datetime | None = None,
    open_only: bool = False,
    before: int | None = None,
    limit: int | None = None,
) -> tuple[Fault, ...]:
    """The newest first. `since`: those that ended earlier are left out. `before`: id where the last look ended."""
    row = tables.Fault
    query = select(row).where(row.store_id == store_id)
    if device is not None:
        query = query.where(row.device == device)
    if open_only:
        query = query.where(col(row.ended_at).is_(None))
    elif since is not None:
        query = query.where(or_(col(row.ended_at).is_(None), col(row.ended_at) >= since))
    if before is not None:
        query = query.where(col(row.id) < before)
    return tuple(_fault(one) for one in session.exec(query.order_by(col(row.id).desc()).limit(limit)))


def _fault(row: tables.Fault) -> Fault:
    assert row.id is not None
    return Fault(
        row.id,
        row.device,
        row.input or None,
        row.kind,
        row.since,
        row.told_at,
        row.ended_at,
        row.count,
        row.text,
    )
