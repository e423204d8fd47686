"""Presses: how many of each sort, and those that may be a gap."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from broker_config.messages import PressKind, Purpose
from server.db.account.period import MOST, Period, table
from server.rules.account import Press, PressTally
from server.rules.account.matters import ARRIVED, CALLING
from server.rules.journal import Action
from server.rules.stand_in import REASON as STAND_IN

RED = "red"


def tallies(period: Period) -> tuple[PressTally, ...]:
    press = table("press")
    alike = (press.c.device, press.c.kind, press.c.purpose, press.c.state)
    found = period.rows(select(*alike, func.count()).where(period.of(press, "pressed_at")).group_by(*alike))
    return tuple(PressTally(*one) for one in found)


def suspects(period: Period) -> tuple[Press, ...]:
    paged = _late_and_paged(period)
    press, incident, button = table("press"), table("incident"), table("button")
    ref = press.alias("ref")
    journal, report = table("journal"), table("stand_in_report")
    undos = press.alias("undos")
    taken_back = press.c.id.in_(
        select(undos.c.ref).where(
            undos.c.store_id == period.store, undos.c.kind == PressKind.UNDO.value, undos.c.ref.is_not(None)
        )
    )
    closed = press.c.id.in_(
        select(journal.c.press_id).where(
            journal.c.incident_id.is_(None),
            journal.c.action == Action.CLOSED_HOURS.value,
            journal.c.press_id.is_not(None),
        )
    )
    told = press.c.id.in_(select(report.c.press_id).where(report.c.store_id == period.store))
    undo = press.c.kind == PressKind.UNDO.value
    calls = or_(button.c.id.is_(None), button.c.colour == RED)
    uncalled = and_(
        press.c.state == "stored",
        press.c.incident_id.is_(None),
        press.c.kind.in_([kind.value for kind in CALLING]),
        press.c.purpose != Purpose.CANARY.value,
        or_(calls, press.c.kind == PressKind.QUIET.value),
    )
    statement = (
        select(
            press,
            calls.label("calls"),
            incident.c.id.label("here"),
            taken_back.label("taken_back"),
            closed.label("closed_hours"),
            told.label("stood_in"),
            ref.c.state.label("ref_state"),
        )
        .join(incident, incident.c.id == press.c.incident_id, isouter=True)
        .join(button, button.c.id == press.c.button_id, isouter=True)
        .join(ref, and_(ref.c.id == press.c.ref, ref.c.device == press.c.device), isouter=True)
        .where(
            period.of(press, "pressed_at"),
            or_(
                press.c.state.not_in(ARRIVED),
                and_(press.c.incident_id.is_not(None), incident.c.id.is_(None)),
                and_(undo, or_(ref.c.state.is_(None), ref.c.state != "undone")),
                and_(press.c.state == "undone", ~taken_back),
                and_(press.c.state == "merged", press.c.incident_id.is_(None)),
                and_(uncalled, ~closed),
                press.c.id.in_(paged),
            ),
        )
        .order_by(press.c.pressed_at)
        .limit(MOST)
    )
    return tuple(_press(row, paged) for row in period.rows(statement))


def _press(row: Any, paged: dict[Any, int]) -> Press:
    return Press(
        id=row.id,
        device=row.device,
        seq=row.seq,
        at=row.pressed_at,
        kind=row.kind,
        purpose=row.purpose,
        state=row.state,
        calls=bool(row.calls),
        incident=row.incident_id,
        incident_here=row.here is not None,
        closed_hours=bool(row.closed_hours),
        stood_in=bool(row.stood_in),
        pages=paged.get(row.id, 0),
        taken_back=bool(row.taken_back),
        ref=row.ref,
        ref_state=row.ref_state,
    )


def _late_and_paged(period: Period) -> dict[Any, int]:
    """Presses that came too late, and how many pages the server sent for them."""
    press, page = table("press"), table("page")
    incident = table("incident")
    found: dict[Any, int] = {}
    for month in period.months():
        statement = (
            select(page.c.press_id, func.count())
            .join(incident, incident.c.id == page.c.incident_id)
            .join(press, press.c.id == page.c.press_id)
            .where(month.of(incident, "opened_at"), press.c.state == "late", page.c.reason != STAND_IN)
            .group_by(page.c.press_id)
            .limit(MOST)
        )
        found.update({row[0]: row[1] for row in period.rows(statement)})
        if len(found) >= MOST:
            break
    return found
