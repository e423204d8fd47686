"""Rows -> facts: the open matters that the engine starts with, and what it must remember of the last hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func
from sqlmodel import Session, col, or_, select

from broker_config.messages import PageState, PressKind, Purpose
from server.db import tables
from server.db.engine_store import read_store
from server.db.last_paged import last_paged
from server.engine.arrivals import Known
from server.engine.picture import Picture
from server.rules import facts
from server.rules.confirm import SOON
from server.rules.dedup import AGAIN_AFTER_CLOSE
from server.rules.fatigue import IN_FUN, WITHIN
from server.rules.incidents import Outcome, State
from server.rules.lines import GATEWAY_SURE, Line, Lines

OPENED_WITHIN = timedelta(hours=12)
"""How far back fair load and the customer's word look: one long working day."""
FINAL = tuple(state.value for state in PageState if state.is_final)
WAITS = (PageState.ORDERED.value, PageState.HELD.value)
"""Of what is in these states its gateway lets go at once when it is asked to."""
LATE_PRESS_COMES_WITHIN = timedelta(days=14)


def read_picture(session: Session, store_ids: Iterable[str], now: datetime) -> Picture:
    """What the engine must have in mind when it starts. Raises LookupError for a store that is not there."""
    picture = Picture({})
    for store_id in store_ids:
        store = read_store(session, store_id, now)
        if store is None:
            raise LookupError(store_id)
        picture.stores[store_id] = store
    mine = list(picture.stores)
    unfinished = select(tables.Page.incident_id).where(
        or_(
            col(tables.Page.state).not_in(FINAL),
            and_(
                col(tables.Page.moves) > 0, col(tables.Page.deadline_at) > now
            ),  # asked back somewhere, perhaps in vain
        )
    )
    unsent = select(tables.Notice.incident_id).where(tables.Notice.state == "queued")
    rows = session.exec(
        select(tables.Incident).where(
            col(tables.Incident.store_id).in_(mine),
            or_(
                tables.Incident.state != State.CLOSED.value,
                col(tables.Incident.id).in_(unfinished),
                col(tables.Incident.id).in_(unsent),
            ),
        )
    )
    for row in rows:
        picture.put_incident(incident_fact(row), [])
    pages = session.exec(select(tables.Page).where(col(tables.Page.incident_id).in_(list(picture.incidents))))
    for page in sorted(pages, key=lambda one: one.created_at):
        picture.put_page(page_fact(page), [])
    _read_closes(session, mine, now, picture)
    _read_contacts(session, mine, now, picture)
    picture.last_paged = last_paged(
        session,
        col(tables.Incident.store_id).in_(mine),
        col(tables.Incident.opened_at) > now - OPENED_WITHIN,
        col(tables.Incident.quiet).is_(False),
    )
    notices = session.exec(select(tables.Notice).where(tables.Notice.state == "queued"))
    picture.notices = {row.id: _notice(row) for row in notices if row.store_id in picture.stores}
    _read_undos(session, mine, now, picture)
    picture.reported = _read_reported(session, mine, now)
    numbers = select(tables.Incident.store_id, func.max(tables.Incident.number)).group_by(
        tables.Incident.store_id
    )
    picture.numbers = dict(session.exec(numbers).all())
    picture.journal_id = session.exec(select(func.max(tables.Journal.id))).one() or 0
    online = select(tables.Device).where(tables.Device.state == "online")
    picture.runs = {(row.store_id, row.device): row.run for row in session.exec(online)}
    picture.lines = {
        store_id: _read_lines(session, store_id, now, picture.pages.values()) for store_id in mine
    }
    return picture


def read_known(session: Session, ids: Collection[UUID]) -> dict[UUID, Known]:
    """Which of these presses are stored already."""
    if not ids:
        return {}
    press = tables.PressRow
    rows = session.exec(select(press).where(col(press.id).in_(list(ids))))
    return {row.id: Known(row.state, row.incident_id, (row.store_id, row.device)) for row in rows}


def _read_lines(session: Session, store_id: str, now: datetime, pages: Iterable[facts.Page]) -> Lines:
    """As their gateways last said. Whoever was away says in a moment if it is not, and so does whoever kept silent: it
    is asked at once for what it did not let go of."""
    transmitters = session.exec(select(tables.Transmitter).where(tables.Transmitter.store_id == store_id))
    known = {
        (row.gateway, row.name): Line(row.state, row.cause, now)
        for row in transmitters
        if row.state != "unknown"
    }
    away = session.exec(
        select(tables.Device).where(
            tables.Device.store_id == store_id, tables.Device.kind == "g", tables.Device.state == "offline"
        )
    )
    gone = {row.device: min(row.changed_at or now, now) for row in away}
    silent = {
        one.gateway: now
        for page in pages
        if page.store_id == store_id
        for one in page.open_elsewhere
        if one.state in WAITS and one.gateway not in gone
    }
    return Lines(known, gone, silent, sure_from=now + GATEWAY_SURE)


def _read_closes(session: Session, mine: list[str], now: datetime, picture: Picture) -> None:
    incident = tables.Incident
    recent = session.exec(
        select(incident).where(
            col(incident.store_id).in_(mine),
            incident.state == State.CLOSED.value,
            col(incident.closed_at) > now - AGAIN_AFTER_CLOSE,
            col(incident.quiet).is_(False),
            or_(  # an undo is no close that could have failed; staff's word is
                incident.outcome != Outcome.FALSE_PRESS.value, col(incident.closed_by_id).is_not(None)
            ),
        )
    )
    for row in recent:
        assert row.closed_at is not None
        key = ((row.store_id, row.device, row.input), Purpose(row.purpose))
        picture.closed_at[key] = max(row.closed_at, picture.closed_at.get(key, row.closed_at))


def _read_contacts(session: Session, mine: list[str], now: datetime, picture: Picture) -> None:
    """What customers may still confirm, and which buttons were pressed in fun of late."""
    incident = tables.Incident
    rows = session.exec(
        select(incident)
        .where(
            col(incident.store_id).in_(mine),
            incident.opened_at > now - OPENED_WITHIN,
            incident.state == State.CLOSED.value,
            col(incident.closed_at) > now - max(SOON, WITHIN),
            incident.purpose == Purpose.CALL.value,
            col(incident.quiet).is_(False),
        )
        .order_by(col(incident.closed_at))
    )
    for row in rows:
        one = incident_fact(row)
        place = (row.store_id, row.device, row.input)
        if one.outcome in IN_FUN and one.closed_by_id is not None and one.closed_at is not None:
            picture.false_presses[place] = (*picture.false_presses.get(place, ()), one.closed_at)
        elif one.outcome == Outcome.RECOVERED.value and one.zone_id is not None:
            key = (row.store_id, one.zone_id)
            if one.confirmed_at is None:
                picture.contacts[key] = (*picture.contacts.get(key, ()), one)


def _read_undos(session: Session, mine: list[str], now: datetime, picture: Picture) -> None:
    """Undos whose press has not come yet."""
    press = tables.PressRow
    undos = session.exec(
        select(press.ref, press.id).where(
            col(press.store_id).in_(mine),
            press.kind == PressKind.UNDO.value,
            press.received_at > now - LATE_PRESS_COMES_WITHIN,
        )
    ).all()
    stored = read_known(session, [ref for ref, _ in undos if ref is not None])
    picture.undone = {ref: undo for ref, undo in undos if ref is not None and ref not in stored}


def _read_reported(session: Session, mine: list[str], now: datetime) -> dict[UUID, UUID]:
    """Press -> incident, of presses that a stand-in told of and that have not come themselves yet."""
    report, press = tables.StandInReport, tables.PressRow
    rows = session.exec(
        select(report.press_id, report.incident_id)
        .join(press, col(press.id) == col(report.press_id), isouter=True)
        .where(
            col(report.store_id).in_(mine),
            report.received_at > now - LATE_PRESS_COMES_WITHIN,
            col(press.id).is_(None),
        )
    )
    return {told: incident for told, incident in rows if incident is not None}


def incident_fact(row: tables.Incident) -> facts.Incident:
    values = {field.name: getattr(row, field.name) for field in fields(facts.Incident)}
    values |= {
        "state": State(row.state),
        "purpose": Purpose(row.purpose),
        "passed_ids": tuple(row.passed_ids),
    }
    return facts.Incident(**values)


def _notice(row: tables.Notice) -> facts.Notice:
    return facts.Notice(**{field.name: getattr(row, field.name) for field in fields(facts.Notice)})


def page_fact(row: tables.Page) -> facts.Page:
    values = {field.name: getattr(row, field.name) for field in fields(facts.Page)}
    values |= {
        "state": PageState(row.state),
        "purpose": Purpose(row.purpose),
        "ways": tuple((gateway, name) for gateway, name in row.ways),
        "others": tuple(facts.Attempt(*one) for one in row.others),
        "members": tuple((pager, carrier) for pager, carrier in row.members),
    }
    return facts.Page(**values)
