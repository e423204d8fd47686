"""Claims as rows: by code, by ticket, by store; and the rows of a device that is let in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from server.db import tables
from server.db.tables import Claim
from server.rules import claims as rules
from server.rules.claims import State

OPEN = (State.OPEN.value, State.ASKED.value)


def hashed(secret: str) -> str:
    """Of a code or a ticket: both are random, so that a plain hash gives nothing away."""
    return hashlib.sha256(secret.encode()).hexdigest()


def facts(row: Claim) -> rules.Claim:
    return rules.Claim(
        kind=row.kind,
        expires_at=row.expires_at,
        state=State(row.state),
        has_inputs=tuple(row.has_inputs),
        pressed_input=row.pressed_input,
        pressed_at=row.pressed_at,
    )


def keep(row: Claim, new: rules.Claim) -> None:
    """What a rule made of it."""
    row.state, row.has_inputs = new.state.value, list(new.has_inputs)
    row.pressed_input, row.pressed_at = new.pressed_input, new.pressed_at


def by_code(session: Session, code: str) -> Claim | None:
    return session.exec(select(Claim).where(Claim.code_hash == hashed(code)).with_for_update()).first()


def by_ticket(session: Session, ticket: str, *, lock: bool) -> Claim | None:
    """`lock`: to change it. PostgreSQL locks nothing in a transaction that only reads."""
    asked = select(Claim).where(Claim.ticket_hash == hashed(ticket))
    return session.exec(asked.with_for_update() if lock else asked).first()


def of_store(session: Session, store: str, number: int, *, lock: bool = False) -> Claim | None:
    asked = select(Claim).where(Claim.id == number, Claim.store_id == store)
    return session.exec(asked.with_for_update() if lock else asked).first()


def running(session: Session, store: str, now: datetime) -> Sequence[Claim]:
    """What somebody still has to do something about, the oldest first."""
    open_ = col(Claim.state).in_(OPEN) & (col(Claim.expires_at) > now)
    return session.exec(
        select(Claim)
        .where(Claim.store_id == store, open_ | (col(Claim.state) == State.CONFIRMED.value))
        .order_by(col(Claim.id))
    ).all()


def confirmed(session: Session, stores: Collection[str]) -> Sequence[Claim]:
    return session.exec(
        select(Claim)
        .where(col(Claim.store_id).in_(stores), Claim.state == State.CONFIRMED.value)
        .order_by(col(Claim.id))
    ).all()


def tidy(session: Session, before: datetime) -> None:
    """Requests and addresses of long ago are nobody's business. Who was let in stays: that is its identity."""
    session.execute(
        update(Claim)
        .where(col(Claim.expires_at) < before, col(Claim.csr) != "")
        .values(csr="", address="", ticket_hash=None)
    )


def let_in(session: Session, row: Claim) -> None:
    """The device stands in the shop from now on, with the buttons that hang on it. The caller counts the revision."""
    device = session.exec(
        select(tables.Device).where(
            tables.Device.store_id == row.store_id, tables.Device.device == row.device
        )
    ).first()
    if device is None:
        keeper = row.kind == "g" and not _has_keeper(session, row.store_id)
        session.add(
            tables.Device(
                store_id=row.store_id, device=row.device, kind=row.kind, name=row.name, keeper=keeper
            )
        )
    for one in row.inputs:
        _button(session, row.store_id, row.device, one)
    session.flush()


def is_keeper(session: Session, store: str, device: str) -> bool:
    found = session.exec(
        select(tables.Device.keeper).where(tables.Device.store_id == store, tables.Device.device == device)
    ).first()
    return bool(found)


def _has_keeper(session: Session, store: str) -> bool:
    """The first gateway of a store is the one that stands in while the server is silent."""
    return (
        session.exec(
            select(tables.Device.id).where(tables.Device.store_id == store, col(tables.Device.keeper))
        ).first()
        is not None
    )


def _button(session: Session, store: str, device: str, wanted: dict[str, Any]) -> None:
    button = tables.Button
    there = session.exec(
        select(button).where(
            button.store_id == store, button.device == device, button.input == wanted["input"]
        )
    ).first()
    values = {name: wanted[name] for name in ("zone_id", "colour", "label")}
    if there is None:
        session.add(button(store_id=store, device=device, input=wanted["input"], **values))
        return
    for name, value in {**values, "active": True}.items():
        setattr(there, name, value)
