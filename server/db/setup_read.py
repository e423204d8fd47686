"""Rows -> what the setup screens know of a shop, all at once: a few hundred small rows."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, func, or_, select

from server.db import tables
from server.db.setup_book import (
    Account,
    Book,
    Button,
    Cause,
    Channel,
    Hours,
    Line,
    Pager,
    Person,
    Pressed,
    SpecialDay,
    Unit,
    Zone,
)

T = TypeVar("T")


def read_book(session: Session, store_id: str) -> Book:
    """Raises LookupError when there is no such store."""
    if session.get(tables.Store, store_id) is None:
        raise LookupError(store_id)
    policies = [row for row in _rows(session, tables.Policy, store_id) if row.active]
    devices = _rows(session, tables.Device, store_id)
    buttons = _kept(session, tables.Button, Button, store_id)
    return Book(
        store_id=store_id,
        zones=_kept(session, tables.Zone, Zone, store_id),
        buttons=buttons,
        people=_kept(session, tables.Carrier, Person, store_id),
        pagers=_kept(session, tables.Pager, Pager, store_id),
        causes=_kept(session, tables.Cause, Cause, store_id),
        channels=_kept(session, tables.LastResort, Channel, store_id),
        accounts=_accounts(session, store_id),
        lines=tuple(
            Line(
                row.id,
                row.gateway,
                row.name,
                row.driver,
                tuple(row.formats),
                tuple(row.charsets),
                row.longest,
                row.alerts or 0,
            )
            for row in _rows(session, tables.Transmitter, store_id)
        ),
        units=tuple(Unit(row.device, row.name) for row in devices if row.kind == "b"),
        pressed=_pressed(session, store_id, {(one.device, one.input) for one in buttons if one.active}),
        hours=tuple(
            Hours(row.weekday, row.opens, row.closes) for row in _rows(session, tables.Opening, store_id)
        ),
        special_days=tuple(
            SpecialDay(row.id, row.day, row.opens, row.closes)
            for row in sorted(_rows(session, tables.SpecialDay, store_id), key=lambda row: row.day)
        ),
        policies=tuple(row.name for row in policies),
        named=_named(session, policies),
        working=_working(session, store_id),
    )


def mark(*rows: SQLModel) -> str:
    """A few letters that change with the content of the rows."""
    text = "\0".join(repr(sorted(row.model_dump().items())) for row in rows)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _kept(session: Session, table: type[Any], kind: type[T], store_id: str) -> tuple[T, ...]:
    """Rows as facts, field by field; lists become tuples."""
    names = [name for name in kind.__dataclass_fields__ if name != "mark"]  # type: ignore[attr-defined]
    found = []
    for row in _rows(session, table, store_id):
        values = {name: getattr(row, name) for name in names}
        frozen = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
        found.append(kind(**frozen, mark=mark(row)))  # type: ignore[call-arg]
    return tuple(found)


def _rows(session: Session, table: type[Any], store_id: str) -> list[Any]:
    return list(session.exec(select(table).where(table.store_id == store_id).order_by(table.id)))


def _accounts(session: Session, store_id: str) -> tuple[Account, ...]:
    rows = session.exec(
        select(tables.Account)
        .where(or_(col(tables.Account.store_id).is_(None), tables.Account.store_id == store_id))
        .order_by(col(tables.Account.id))
    )
    return tuple(
        Account(row.id, row.login, row.name, row.role, row.store_id, row.carrier_id, row.active)
        for row in rows
        if row.id is not None
    )


def _pressed(session: Session, store_id: str, known: Collection[tuple[str, int]]) -> tuple[Pressed, ...]:
    table = tables.PressRow
    rows = session.exec(
        select(table.device, table.input, func.max(table.received_at), func.count())
        .where(table.store_id == store_id, col(table.button_id).is_(None))
        .group_by(col(table.device), col(table.input))
        .order_by(col(table.device), col(table.input))
    )
    return tuple(
        Pressed(device, number, at, count)
        for device, number, at, count in rows
        if (device, number) not in known
    )


def _named(session: Session, policies: Collection[Any]) -> frozenset[tuple[str, int, str]]:
    names = {row.id: row.name for row in policies}
    steps = session.exec(
        select(tables.PolicyStep).where(col(tables.PolicyStep.policy_id).in_(list(names)))
    ).all()
    found = [("zone", row.zone_id, row.name) for row in policies]
    found += [("person", step.carrier_id, names[step.policy_id]) for step in steps]
    found += [("pager", step.pager_id, names[step.policy_id]) for step in steps]
    return frozenset((what, row_id, name) for what, row_id, name in found if row_id is not None)


def _working(session: Session, store_id: str) -> frozenset[tuple[str, int]]:
    shifts = _rows(session, tables.Shift, store_id)
    members = session.exec(
        select(tables.RotationMember.carrier_id)
        .join(tables.Rotation, col(tables.Rotation.id) == col(tables.RotationMember.rotation_id))
        .where(tables.Rotation.store_id == store_id)
    )
    found = [("person", row.carrier_id) for row in shifts] + [("zone", row.zone_id) for row in shifts]
    found += [("person", carrier) for carrier in members]
    return frozenset((what, row_id) for what, row_id in found if row_id is not None)
