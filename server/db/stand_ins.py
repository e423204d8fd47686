"""What the database holds about a report of the stand-in: the report itself, its press, its incident, its pagers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, or_, select

from broker_config.messages import FallbackReport, PressKind, Purpose
from server.db import tables
from server.db.engine_read import incident_fact, page_fact
from server.db.engine_store import read_pagers
from server.rules.facts import Incident, Page, Pager
from server.rules.stand_in import ONE_CALL


@dataclass(frozen=True, slots=True)
class Found:
    seen: bool = False
    """The same report came before."""
    press_state: str | None = None
    """None: the press itself is not here yet."""
    pressed_at: datetime | None = None
    incident: Incident | None = None
    pages: tuple[Page, ...] = ()
    """Of that incident."""
    strange: frozenset[UUID] = frozenset()
    """Pages of the report that belong to other incidents."""
    pagers: dict[int, Pager] = field(default_factory=dict)
    """Of the store, those that are switched off too."""
    late: tuple[UUID, ...] = ()
    """Presses of that button and time that are history and of no call."""


def find(session: Session, store_id: str, report: FallbackReport, heard: datetime) -> Found:
    """`heard`: when it was pressed, by the report."""
    press = session.get(tables.PressRow, report.press)
    if press is not None and press.store_id != store_id:
        press = None
    reports = session.exec(
        select(tables.StandInReport).where(
            tables.StandInReport.store_id == store_id,
            or_(tables.StandInReport.id == report.id, tables.StandInReport.press_id == report.press),
        )
    ).all()
    ids = [row.incident_id for row in reports] + ([press.incident_id] if press is not None else [])
    incident = next((row for one in ids if one and (row := session.get(tables.Incident, one))), None)
    pages: list[tables.Page] = []
    if incident is not None:
        pages = list(session.exec(select(tables.Page).where(tables.Page.incident_id == incident.id)))
    named = [one.page for one in report.pages]
    known = session.exec(select(tables.Page.id).where(col(tables.Page.id).in_(named))).all()
    pressed_at = press.pressed_at if press is not None and press.age_known else None
    return Found(
        seen=any(row.id == report.id for row in reports),
        press_state=press.state if press is not None else None,
        pressed_at=pressed_at,
        incident=incident_fact(incident) if incident is not None else None,
        pages=tuple(page_fact(page) for page in sorted(pages, key=lambda one: one.created_at)),
        strange=frozenset(known) - {page.id for page in pages},
        pagers={one.id: one for one in read_pagers(session, store_id, unused=True)},
        late=_late(session, store_id, report, pressed_at or heard),
    )


def _late(session: Session, store_id: str, report: FallbackReport, pressed_at: datetime) -> tuple[UUID, ...]:
    row = tables.PressRow
    return tuple(
        session.exec(
            select(row.id).where(
                row.store_id == store_id,
                row.device == report.device,
                row.input == report.input,
                row.state == "late",
                row.kind == PressKind.PRESS.value,
                row.purpose == Purpose.CALL.value,
                col(row.age_known).is_(True),
                col(row.incident_id).is_(None),
                col(row.pressed_at).between(pressed_at - ONE_CALL, pressed_at + ONE_CALL),
            )
        )
    )
