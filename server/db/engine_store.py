"""Rows -> facts: a shop as the rules know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from server.db import tables
from server.db.watch_codes import read_codes
from server.rules import facts
from server.rules.watch_codes import ELSEWHERE

T = TypeVar("T")


def read_store(session: Session, store_id: str, now: datetime) -> facts.Store | None:
    """Everything that routing asks about one store; None when there is no such store. Duties that ended are left
    out."""
    store = session.get(tables.Store, store_id)
    if store is None:
        return None
    policies = _policies(session, store_id)
    zones = {
        zone.id: facts.Zone(zone.id, zone.parent_id, zone.name, zone.pager_name)
        for zone in _of(session, tables.Zone, store_id)
        if zone.id is not None
    }
    carriers = {
        row.id: facts.Carrier(
            row.id, row.initials, row.role, row.name, tuple(row.languages), tuple(row.skills)
        )
        for row in _of(session, tables.Carrier, store_id)
        if row.active and row.id is not None
    }
    devices = _of(session, tables.Device, store_id)
    codes = read_codes(session, store_id)
    return facts.Store(
        id=store.id,
        zone=ZoneInfo(store.timezone),
        buttons={
            (row.device, row.input): _button(row, zones[row.zone_id], codes.get((row.device, row.input), {}))
            for row in _of(session, tables.Button, store_id)
            if row.active
        },
        carriers=carriers,
        shifts=tuple(
            facts.Shift(row.carrier_id, row.zone_id, row.weekday, row.starts, row.ends, row.rotation_id)
            for row in _of(session, tables.Shift, store_id)
        ),
        pagers=read_pagers(session, store_id),
        devices={row.device: row.kind for row in devices},
        accounts=_accounts(session, store_id),
        name=store.name,
        language=store.language,
        revision=store.revision,
        zones=zones,
        policies={policy.id: policy for policy in policies if policy.id is not None},
        rotations=_rotations(session, store_id),
        duties=tuple(duty(row) for row in _duties(session, store_id, now)),
        opening=tuple(
            facts.Span(row.weekday, row.opens, row.closes) for row in _of(session, tables.Opening, store_id)
        ),
        special_days=tuple(
            facts.SpecialDay(row.day, row.opens, row.closes)
            for row in _of(session, tables.SpecialDay, store_id)
        ),
        last_resorts=tuple(
            facts.LastResort(row.id, row.kind, row.target)
            for row in _of(session, tables.LastResort, store_id)
            if row.active and row.id is not None
        ),
        causes=frozenset(
            row.id for row in _of(session, tables.Cause, store_id) if row.active and row.id is not None
        ),
        keeper=_keeper(devices),
        elsewhere=codes.get(ELSEWHERE, {}),
    )


def revision_of(session: Session, store_id: str) -> int | None:
    return session.exec(select(tables.Store.revision).where(tables.Store.id == store_id)).one_or_none()


def duty(row: tables.Duty) -> facts.Duty:
    return facts.Duty(
        row.carrier_id, facts.DutyKind(row.kind), row.zone_id, row.starts_at, row.ends_at, row.id
    )


def _button(row: tables.Button, zone: facts.Zone, codes: Mapping[str, str]) -> facts.Button:
    return facts.Button(
        row.id,
        row.device,
        row.input,
        row.zone_id,
        zone.pager_name,
        row.label,
        row.colour,
        row.skill,
        row.language,
        codes=codes,
    )


def _policies(session: Session, store_id: str) -> list[facts.Policy]:
    rows = [row for row in _of(session, tables.Policy, store_id) if row.active]
    ids = [row.id for row in rows]
    steps = session.exec(
        select(tables.PolicyStep)
        .where(col(tables.PolicyStep.policy_id).in_(ids))
        .order_by(col(tables.PolicyStep.position))
    ).all()
    hours = session.exec(
        select(tables.PolicyHours)
        .where(col(tables.PolicyHours.policy_id).in_(ids))
        .order_by(col(tables.PolicyHours.id))
    ).all()
    return [
        facts.Policy(
            id=row.id,
            ttl_s=row.ttl_s,
            exit_s=row.exit_s,
            attend_s=row.attend_s,
            repeat_s=row.repeat_s,
            repeats=row.repeats,
            steps=tuple(_step(one) for one in steps if one.policy_id == row.id),
            name=row.name,
            zone_id=row.zone_id,
            use=facts.PolicyUse(row.use),
            hours=tuple(
                facts.Span(one.weekday, one.starts, one.ends) for one in hours if one.policy_id == row.id
            ),
            priority=row.priority,
            tell_others=row.tell_others,
        )
        for row in rows
    ]


def _step(row: tables.PolicyStep) -> facts.Step:
    return facts.Step(
        row.position, row.after_s, row.target, row.role, row.carrier_id, row.pager_id, row.most, row.alert
    )


def _rotations(session: Session, store_id: str) -> dict[int, facts.Rotation]:
    found = {}
    members = session.exec(
        select(tables.RotationMember)
        .join(tables.Rotation, col(tables.Rotation.id) == col(tables.RotationMember.rotation_id))
        .where(tables.Rotation.store_id == store_id)
        .order_by(col(tables.RotationMember.position))
    ).all()
    for row in _of(session, tables.Rotation, store_id):
        assert row.id is not None
        carriers = tuple(one.carrier_id for one in members if one.rotation_id == row.id)
        found[row.id] = facts.Rotation(row.id, row.name, row.starts_on, max(1, row.days), carriers)
    return found


def _duties(session: Session, store_id: str, now: datetime) -> Iterable[tables.Duty]:
    table = tables.Duty
    return session.exec(
        select(table).where(table.store_id == store_id, table.ends_at > now).order_by(col(table.id))
    )


def read_pagers(session: Session, store_id: str, *, unused: bool = False) -> tuple[facts.Pager, ...]:
    """`unused`: also those that are switched off."""
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
            row.fallback,
        )
        for row in _of(session, tables.Pager, store_id)
        if (row.active or unused) and row.id is not None
    )


def _accounts(session: Session, store_id: str) -> dict[int, int | None]:
    rows = session.exec(
        select(tables.Account).where(
            col(tables.Account.active),
            or_(col(tables.Account.store_id).is_(None), tables.Account.store_id == store_id),
        )
    )
    return {row.id: row.carrier_id for row in rows if row.id is not None}


def _keeper(devices: Iterable[tables.Device]) -> str | None:
    """The gateway that was chosen, or the first one: a store with a gateway is never without a keeper."""
    gateways = sorted(
        (row for row in devices if row.kind == "g"), key=lambda row: (not row.keeper, row.device)
    )
    return gateways[0].device if gateways else None


def _of(session: Session, table: type[T], store_id: str) -> list[T]:
    columns: Any = table
    return list(session.exec(select(table).where(columns.store_id == store_id).order_by(columns.id)))
