"""Presses outside the opening hours: recorded, answered by nobody, looked at later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from broker_config.messages import PressKind, Purpose
from server.db.tables import Button, PressRow, Zone


@dataclass(frozen=True, slots=True)
class OutsidePress:
    id: UUID
    place: str
    button: str
    pressed_at: datetime


def outside_hours(
    session: Session,
    store_id: str,
    first: datetime,
    last: datetime,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[OutsidePress]:
    """Newest first: presses of red buttons in [first, last) that were neither late nor taken back and opened no call.
    `before`: when and which the last one of the screenful before was."""
    at, key = col(PressRow.pressed_at), col(PressRow.id)
    query = (
        select(PressRow, func.coalesce(col(Zone.name), col(PressRow.device)), col(Button.label))
        .join(Button, col(Button.id) == col(PressRow.button_id), isouter=True)
        .join(Zone, col(Zone.id) == col(Button.zone_id), isouter=True)
        .where(
            col(PressRow.store_id) == store_id,
            at >= first,
            at < last,
            col(PressRow.incident_id).is_(None),
            col(PressRow.kind) == PressKind.PRESS.value,
            col(PressRow.purpose) == Purpose.CALL.value,
            col(PressRow.state) == "stored",
            or_(col(Button.colour).is_(None), col(Button.colour) == "red"),
        )
        .order_by(at.desc(), key.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(or_(at < before[0], and_(at == before[0], key < before[1])))
    return [
        OutsidePress(row.id, place, label or f"{row.device}/{row.input}", row.pressed_at)
        for row, place, label in session.execute(query)
    ]
