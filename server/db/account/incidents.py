"""Incidents, reports of the stand-in and letters: how many of each sort, and those that may be a gap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from server.db.account.period import MOST, Period, table
from server.rules.account import Hole, Incident, IncidentTally, Letter, Report
from server.rules.account.matters import CALLING, FINAL, RANG
from server.rules.incidents import Outcome, State
from server.rules.pages import TELLS


def tallies(period: Period) -> tuple[IncidentTally, ...]:
    incident = table("incident")
    alike = (incident.c.purpose, incident.c.state, incident.c.outcome)
    found = period.rows(select(*alike, func.count()).where(period.of(incident, "opened_at")).group_by(*alike))
    return tuple(IncidentTally(*one) for one in found)


def holes(period: Period) -> tuple[Hole, ...]:
    """Numbers of incidents count up without a hole."""
    row = table("incident")
    number = row.c.number
    low, high = period.rows(
        select(func.min(number), func.max(number)).where(period.of(row, "opened_at"))
    ).one()
    if low is None:
        return ()
    before = period.rows(
        select(func.max(number)).where(row.c.store_id == period.store, number < low)
    ).scalar_one()
    low = low if before is None else before
    here = (row.c.store_id == period.store, number.between(low, high))
    if period.rows(select(func.count()).where(*here)).scalar_one() == high - low + 1:
        return ()
    pairs = (
        select(number, row.c.opened_at, func.lead(number).over(order_by=number).label("next"))
        .where(*here)
        .subquery()
    )
    found = period.rows(
        select(pairs).where(pairs.c.next > pairs.c.number + 1).order_by(pairs.c.number).limit(MOST)
    )
    return tuple(Hole(one.number + 1, one.next - 1, one.opened_at) for one in found)


def suspects(period: Period) -> tuple[Incident, ...]:
    found: list[Incident] = []
    for month in period.months():
        found += (_incident(row) for row in period.rows(_statement(month).limit(MOST - len(found))))
        if len(found) >= MOST:
            break
    return tuple(found)


def _statement(month: Period) -> Any:
    incident, press, report = table("incident"), table("press"), table("stand_in_report")
    called, pressed = _pages(month), _presses(month)
    told = incident.c.press_id.in_(select(report.c.press_id).where(report.c.store_id == month.store))
    reported = incident.c.id.in_(
        select(report.c.incident_id).where(
            report.c.store_id == month.store, report.c.incident_id.is_not(None)
        )
    )
    undone = func.coalesce(pressed.c.undone, 0)
    joined = func.coalesce(pressed.c.alive, 0) - case((incident.c.confirmed_at.is_(None), 0), else_=1)
    return (
        select(
            incident,
            press.c.id.label("press_here"),
            told.label("press_told"),
            reported.label("reported"),
            joined.label("joined"),
            undone.label("undone"),
            func.coalesce(called.c.pages, 0).label("pages"),
            func.coalesce(called.c.waiting, 0).label("waiting"),
            func.coalesce(called.c.rang, 0).label("rang"),
        )
        .join(press, press.c.id == incident.c.press_id, isouter=True)
        .join(called, called.c.incident_id == incident.c.id, isouter=True)
        .join(pressed, pressed.c.incident_id == incident.c.id, isouter=True)
        .where(
            month.of(incident, "opened_at"),
            or_(
                incident.c.state != State.CLOSED.value,
                incident.c.outcome.is_(None),
                incident.c.closed_at.is_(None),
                incident.c.outcome == Outcome.UNANSWERED.value,
                press.c.id.is_(None),
                joined != incident.c.presses,
                and_(incident.c.called_at.is_not(None), func.coalesce(called.c.rang, 0) == 0),
            ),
        )
        .order_by(incident.c.number)
    )


def _pages(month: Period) -> Any:
    page, incident = table("page"), table("incident")
    rang: ColumnElement[bool] = and_(page.c.state.in_(RANG), page.c.reason.not_in(TELLS))
    return (
        select(
            page.c.incident_id,
            func.count().label("pages"),
            func.count().filter(page.c.state.not_in(FINAL)).label("waiting"),
            func.count().filter(rang).label("rang"),
        )
        .select_from(incident)
        .join(page, page.c.incident_id == incident.c.id)
        .where(month.of(incident, "opened_at"))
        .group_by(page.c.incident_id)
        .subquery()
    )


def _presses(month: Period) -> Any:
    press, incident = table("press"), table("incident")
    counts = press.c.kind.in_([kind.value for kind in CALLING])
    return (
        select(
            press.c.incident_id,
            func.count().filter(and_(counts, press.c.state != "undone")).label("alive"),
            func.count().filter(press.c.state == "undone").label("undone"),
        )
        .select_from(incident)
        .join(press, press.c.incident_id == incident.c.id)
        .where(month.of(incident, "opened_at"))
        .group_by(press.c.incident_id)
        .subquery()
    )


def _incident(row: Any) -> Incident:
    countable = not row.reported and not row.undone
    return Incident(
        number=row.number,
        device=row.device,
        opened_at=row.opened_at,
        triggered_at=row.triggered_at,
        purpose=row.purpose,
        state=row.state,
        outcome=row.outcome,
        step=row.step,
        presses=row.presses,
        due_at=row.due_at,
        closed_at=row.closed_at,
        acknowledged_at=row.acknowledged_at,
        attended_at=row.attended_at,
        nobody_at=row.nobody_at,
        called_at=row.called_at,
        stood_in=row.stood_in_at is not None,
        press_here=row.press_here is not None,
        press_told=bool(row.press_told),
        joined=row.joined if countable else None,
        undone=bool(row.undone) and row.joined <= 0,
        pages=row.pages,
        waiting=row.waiting,
        rang=row.rang,
    )


def reports(period: Period) -> tuple[Report, ...]:
    report, press = table("stand_in_report"), table("press")
    incident = table("incident")
    found = period.rows(
        select(report.c.id, report.c.gateway, report.c.received_at, incident.c.id, press.c.id)
        .join(incident, incident.c.id == report.c.incident_id, isouter=True)
        .join(press, press.c.id == report.c.press_id, isouter=True)
        .where(period.of(report, "received_at"), or_(incident.c.id.is_(None), press.c.id.is_(None)))
        .order_by(report.c.received_at)
        .limit(MOST)
    )
    return tuple(
        Report(key, gateway, at, call is not None, here is not None) for key, gateway, at, call, here in found
    )


def letters(period: Period) -> tuple[Letter, ...]:
    notice, incident = table("notice"), table("incident")
    found = period.rows(
        select(incident.c.number, notice.c.kind, notice.c.created_at)
        .join(incident, incident.c.id == notice.c.incident_id)
        .where(
            notice.c.state == "queued",
            period.of(notice, "created_at"),
            notice.c.created_at < period.now - timedelta(minutes=10),
        )
        .order_by(notice.c.created_at)
        .limit(MOST)
    )
    return tuple(Letter(*one) for one in found)
