"""Identities of devices: who is let in, who no longer is, and what the broker has not been told yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from server.db.tables import Account, Device, Identity
from server.rules.certificates import Life, life

ACTIVE, REVOKED, REPLACED = "active", "revoked", "replaced"
CERTIFICATE, PASSWORD = "certificate", "password"
ROLE_OF = {"b": "button", "g": "gateway", "s": "server"}
STILL_LISTED = timedelta(days=30)
"""So long after its own end a certificate stays on the list: a broker whose clock is behind would take it."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may come in."""

    store: str
    device: str
    role: str
    keeper: bool
    passwords: tuple[str, ...]
    """Hashes, in Mosquitto's format."""


@dataclass(frozen=True, slots=True)
class Line:
    """An identity as screens show it."""

    id: int
    device: str
    name: str
    kind: str
    role: str
    way: str
    state: str
    serial: str | None
    made_at: datetime
    made_by: str | None
    not_after: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    told: bool


def known(session: Session, stores: Collection[str]) -> list[Known]:
    """Each device with an active identity, once."""
    rows = session.exec(
        select(Identity, Device.keeper)
        .outerjoin(
            Device,
            (col(Device.store_id) == Identity.store_id) & (col(Device.device) == Identity.device),
        )
        .where(col(Identity.store_id).in_(stores), col(Identity.state) == ACTIVE)
        .order_by(col(Identity.store_id), col(Identity.device), col(Identity.id))
    )
    found: dict[tuple[str, str], Known] = {}
    for row, keeper in rows:
        before = found.get((row.store_id, row.device))
        hashes = (*(before.passwords if before else ()), *([row.password_hash] if row.password_hash else ()))
        found[row.store_id, row.device] = Known(row.store_id, row.device, row.role, bool(keeper), hashes)
    return list(found.values())


def ended(session: Session, stores: Collection[str], now: datetime) -> list[tuple[int, datetime]]:
    """Serial and end of certificates that do not count any more, though they have not run out."""
    rows = session.exec(
        select(Identity.serial, Identity.ended_at)
        .where(
            col(Identity.store_id).in_(stores),
            col(Identity.state) != ACTIVE,
            col(Identity.serial).is_not(None),
            col(Identity.not_after) > now - STILL_LISTED,
        )
        .order_by(col(Identity.id))
    )
    return [(int(serial, 16), at) for serial, at in rows if serial is not None and at is not None]


def untold(session: Session, stores: Collection[str]) -> Sequence[Identity]:
    return session.exec(
        select(Identity)
        .where(col(Identity.store_id).in_(stores), col(Identity.told_at).is_(None))
        .order_by(col(Identity.id))
    ).all()


def active(session: Session, store: str, device: str, *, lock: bool = False) -> Sequence[Identity]:
    """The newest last."""
    asked = (
        select(Identity)
        .where(Identity.store_id == store, Identity.device == device, Identity.state == ACTIVE)
        .order_by(col(Identity.id))
    )
    return session.exec(asked.with_for_update() if lock else asked).all()


def mark_told(session: Session, rows: Sequence[Identity], now: datetime) -> None:
    """Of these states; a row that changed meanwhile is still to be told."""
    for row in rows:
        session.execute(
            update(Identity)
            .where(col(Identity.id) == row.id, col(Identity.state) == row.state)
            .values(told_at=now)
        )


def end(
    session: Session,
    store: str,
    device: str,
    now: datetime,
    *,
    state: str = REVOKED,
    account: int | None = None,
    but: int | None = None,
) -> int:
    """Everything by which this device is known ends, except for one row (`but`). How many there were."""
    done = session.execute(
        update(Identity)
        .where(
            col(Identity.store_id) == store,
            col(Identity.device) == device,
            col(Identity.state) == ACTIVE,
            col(Identity.id) != (but or 0),
        )
        .values(state=state, ended_at=now, ended_by_id=account, told_at=None)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def add(session: Session, **values: Any) -> Identity:
    row = Identity(**values)
    session.add(row)
    session.flush()
    return row


def by_serial(session: Session, serial: int) -> Identity | None:
    return session.exec(select(Identity).where(Identity.serial == f"{serial:x}")).first()


def by_request(session: Session, store: str, device: str, request: UUID) -> Identity | None:
    return session.exec(
        select(Identity).where(
            Identity.store_id == store, Identity.device == device, Identity.request == request
        )
    ).first()


def renewed_since(session: Session, store: str, device: str, since: datetime) -> int:
    """How often it renewed itself."""
    return session.exec(
        select(func.count())
        .select_from(Identity)
        .where(
            Identity.store_id == store,
            Identity.device == device,
            col(Identity.request).is_not(None),
            Identity.made_at > since,
        )
    ).one()


def lines(session: Session, store: str, device: str | None = None) -> list[Line]:
    """The newest first."""
    names: dict[int | None, str] = {}
    for number, name in session.exec(select(Account.id, Account.name)):
        names[number] = name
    asked = (
        select(Identity, Device.name, Device.kind)
        .outerjoin(
            Device,
            (col(Device.store_id) == Identity.store_id) & (col(Device.device) == Identity.device),
        )
        .where(Identity.store_id == store)
        .order_by(col(Identity.id).desc())
        .limit(500)
    )
    if device is not None:
        asked = asked.where(Identity.device == device)
    return [
        Line(
            id=row.id or 0,
            device=row.device,
            name=name or row.device,
            kind=kind or "",
            role=row.role,
            way=row.way,
            state=row.state,
            serial=row.serial,
            made_at=row.made_at,
            made_by=names.get(row.made_by_id),
            not_after=row.not_after,
            ended_at=row.ended_at,
            ended_by=names.get(row.ended_by_id),
            told=row.told_at is not None,
        )
        for row, name, kind in session.exec(asked)
    ]


def ending(session: Session, store: str, before: datetime) -> dict[str, Life]:
    """Devices of the shop with a certificate that ends before this moment, each with the one that ends first. Not those
    that may come in by a password as well."""
    by_password = select(Identity.device).where(
        Identity.store_id == store, Identity.state == ACTIVE, Identity.way == PASSWORD
    )
    rows = session.exec(
        select(Identity.device, Identity.made_at, Identity.not_after)
        .where(
            Identity.store_id == store,
            Identity.state == ACTIVE,
            col(Identity.not_after) < before,
            col(Identity.device).not_in(by_password),
            col(Identity.device).in_(select(Device.device).where(Device.store_id == store)),
        )
        .order_by(col(Identity.not_after).desc(), col(Identity.id))
    )
    return {device: life(made_at, end) for device, made_at, end in rows if end is not None}


def with_identity(session: Session, store: str) -> frozenset[str]:
    """Devices that may come in."""
    return frozenset(
        session.exec(
            select(Identity.device).where(Identity.store_id == store, Identity.state == ACTIVE).distinct()
        )
    )
