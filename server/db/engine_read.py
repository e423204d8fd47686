"""Rows -> facts: the shops as the rules know them, and the open matters that the engine starts with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from broker_config.messages import PageState, PressKind, Purpose
from server.db import tables
from server.engine.arrivals import Known
from server.engine.picture import Picture
from server.rules import facts
from server.rules.dedup import AGAIN_AFTER_CLOSE
from server.rules.incidents import Outcome, State

T = TypeVar("T")

BUILT_IN = facts.Policy(
    id=None,
    ttl_s=120,
    exit_s=90,
    attend_s=120,
    repeat_s=30,
    repeats=5,
    steps=(
        facts.Step(1, 0, "zone"),
        facts.Step(2, 20, "role", "shift_lead"),
        facts.Step(3, 20, "everybody"),
    ),
)
"""For a store that has not written its own policy yet: nobody is left uncalled."""

FINAL = tuple(state.value for state in PageState if state.is_final)
LATE_PRESS_COMES_WITHIN = timedelta(days=14)


def read_store(session: Session, store_id: str) -> facts.Store | None:
    """Everything that routing asks about one store; None when there is no such store."""
    store = session.get(tables.Store, store_id)
    if store is None:
        return None
    policies = _policies(session, store_id)
    default = policies.get(None, BUILT_IN)
    zones = {zone.id: zone for zone in _of(session, tables.Zone, store_id)}
    buttons = {}
    for row in _of(session, tables.Button, store_id):
        if row.active:
            zone = zones[row.zone_id]
            buttons[row.device, row.input] = facts.Button(
                row.id,
                row.device,
                row.input,
                row.zone_id,
                zone.pager_name,
                row.label,
                row.colour,
                policies.get(row.zone_id, default),
            )
    carriers = {
        row.id: facts.Carrier(row.id, row.initials, row.role)
        for row in _of(session, tables.Carrier, store_id)
        if row.active and row.id is not None
    }
    accounts = session.exec(
        select(tables.Account).where(
            col(tables.Account.active),
            or_(col(tables.Account.store_id).is_(None), tables.Account.store_id == store_id),
        )
    )
    return facts.Store(
        id=store.id,
        zone=ZoneInfo(store.timezone),
        buttons=buttons,
        default_policy=default,
        carriers=carriers,
        shifts=tuple(
            facts.Shift(row.carrier_id, row.zone_id, row.weekday, row.starts, row.ends)
            for row in _of(session, tables.Shift, store_id)
        ),
        pagers=_pagers(session, store_id),
        devices={row.device: row.kind for row in _of(session, tables.Device, store_id)},
        accounts={row.id: row.carrier_id for row in accounts if row.id is not None},
    )


def read_picture(session: Session, store_ids: Iterable[str], now: datetime) -> Picture:
    """What the engine must have in mind when it starts. Raises LookupError for a store that is not there."""
    picture = Picture({})
    for store_id in store_ids:
        store = read_store(session, store_id)
        if store is None:
            raise LookupError(store_id)
        picture.stores[store_id] = store
    mine = list(picture.stores)
    unfinished = select(tables.Page.incident_id).where(col(tables.Page.state).not_in(FINAL))
    rows = session.exec(
        select(tables.Incident).where(
            col(tables.Incident.store_id).in_(mine),
            or_(tables.Incident.state != State.CLOSED.value, col(tables.Incident.id).in_(unfinished)),
        )
    )
    for row in rows:
        picture.put_incident(_incident(row), [])
    pages = session.exec(select(tables.Page).where(col(tables.Page.incident_id).in_(list(picture.incidents))))
    for page in sorted(pages, key=lambda one: one.created_at):
        picture.put_page(_page(page), [])
    _read_closes(session, mine, now, picture)
    _read_undos(session, mine, now, picture)
    numbers = select(tables.Incident.store_id, func.max(tables.Incident.number)).group_by(
        tables.Incident.store_id
    )
    picture.numbers = dict(session.exec(numbers).all())
    picture.journal_id = session.exec(select(func.max(tables.Journal.id))).one() or 0
    online = select(tables.Device).where(tables.Device.state == "online")
    picture.runs = {(row.store_id, row.device): row.run for row in session.exec(online)}
    return picture


def read_known(session: Session, ids: Collection[UUID]) -> dict[UUID, Known]:
    """Which of these presses are stored already."""
    if not ids:
        return {}
    press = tables.PressRow
    rows = session.exec(select(press.id, press.state, press.incident_id).where(col(press.id).in_(list(ids))))
    return {found: Known(state, incident) for found, state, incident in rows}


def _policies(session: Session, store_id: str) -> dict[int | None, facts.Policy]:
    found = {}
    for row in _of(session, tables.Policy, store_id):
        steps = session.exec(
            select(tables.PolicyStep)
            .where(tables.PolicyStep.policy_id == row.id)
            .order_by(col(tables.PolicyStep.position))
        )
        found[row.zone_id] = facts.Policy(
            row.id,
            row.ttl_s,
            row.exit_s,
            row.attend_s,
            row.repeat_s,
            row.repeats,
            tuple(
                facts.Step(one.position, one.after_s, one.target, one.role, one.carrier_id) for one in steps
            ),
        )
    return found


def _pagers(session: Session, store_id: str) -> tuple[facts.Pager, ...]:
    transmitters = {row.id: row for row in _of(session, tables.Transmitter, store_id)}
    return tuple(
        facts.Pager(
            row.id,
            row.label,
            row.carrier_id,
            transmitters[row.transmitter_id].gateway,
            transmitters[row.transmitter_id].name,
            row.address,
            row.format,
            row.charset,
            row.longest,
            row.alert,
            row.language,
        )
        for row in _of(session, tables.Pager, store_id)
        if row.active and row.id is not None
    )


def _read_closes(session: Session, mine: list[str], now: datetime, picture: Picture) -> None:
    incident = tables.Incident
    recent = session.exec(
        select(incident).where(
            col(incident.store_id).in_(mine),
            incident.state == State.CLOSED.value,
            col(incident.closed_at) > now - AGAIN_AFTER_CLOSE,
            or_(  # an undo is no close that could have failed; staff's word is
                incident.outcome != Outcome.FALSE_PRESS.value, col(incident.closed_by_id).is_not(None)
            ),
        )
    )
    for row in recent:
        assert row.closed_at is not None
        key = ((row.store_id, row.device, row.input), Purpose(row.purpose))
        picture.closed_at[key] = max(row.closed_at, picture.closed_at.get(key, row.closed_at))


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


def _of(session: Session, table: type[T], store_id: str) -> list[T]:
    columns: Any = table
    return list(session.exec(select(table).where(columns.store_id == store_id).order_by(columns.id)))


def _incident(row: tables.Incident) -> facts.Incident:
    values = {field.name: getattr(row, field.name) for field in fields(facts.Incident)}
    return facts.Incident(**{**values, "state": State(row.state), "purpose": Purpose(row.purpose)})


def _page(row: tables.Page) -> facts.Page:
    values = {field.name: getattr(row, field.name) for field in fields(facts.Page)}
    return facts.Page(**{**values, "state": PageState(row.state), "purpose": Purpose(row.purpose)})
