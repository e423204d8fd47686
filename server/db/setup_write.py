"""Changes to the rows of a shop as people make them on the setup screens. The caller bumps the revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.db import sign_ins, tables
from server.db.setup_book import Hours
from server.rules.rights import Role

TABLES: Mapping[str, type[Any]] = {
    "zones": tables.Zone,
    "buttons": tables.Button,
    "people": tables.Carrier,
    "pagers": tables.Pager,
    "causes": tables.Cause,
    "channels": tables.LastResort,
}


def lock(session: Session, store_id: str) -> None:
    """One change of a shop at a time, on PostgreSQL too: what was looked at before a change still holds after it."""
    session.exec(select(tables.Store).where(tables.Store.id == store_id).with_for_update()).one()


def save(
    session: Session,
    store_id: str,
    sort: str,
    row_id: int | None,
    values: Mapping[str, Any],
) -> int:
    """The id of the new or changed row. Raises LookupError."""
    table = TABLES[sort]
    if row_id is None:
        row = table(store_id=store_id, **values)
    else:
        row = _row(session, store_id, sort, row_id)
        for name, value in values.items():
            setattr(row, name, value)
    session.add(row)
    session.flush()
    found: int = row.id
    return found


def arrange(session: Session, store_id: str, sort: str, order: Sequence[int]) -> None:
    """Positions in this order; only rows that move are written."""
    for position, row_id in enumerate(order):
        row = _row(session, store_id, sort, row_id)
        if row.position != position:
            row.position = position
    session.flush()


def wear(session: Session, store_id: str, carrier_id: int, pagers: Sequence[int]) -> None:
    """This person wears these pagers of those that lay in the drawer or were theirs already, and no others."""
    mine = select(tables.Pager).where(tables.Pager.store_id == store_id, col(tables.Pager.active))
    for row in session.exec(mine):
        if row.carrier_id == carrier_id and row.id not in pagers:
            row.carrier_id = None
        elif row.carrier_id is None and row.id in pagers:
            row.carrier_id = carrier_id
    session.flush()


def leave(session: Session, store_id: str, carrier_id: int) -> None:
    """Somebody does not work here any more: no working times, no pager. What they did stays history."""
    theirs = col(tables.Pager.store_id) == store_id, col(tables.Pager.carrier_id) == carrier_id
    session.execute(update(tables.Pager).where(*theirs).values(carrier_id=None))  # lost ones too
    shift, member, rotation = tables.Shift, tables.RotationMember, tables.Rotation
    mine = col(shift.store_id) == store_id, col(shift.carrier_id) == carrier_id
    session.execute(delete(shift).where(*mine))
    turns = set(session.exec(select(member.rotation_id).where(member.carrier_id == carrier_id)))
    session.execute(delete(member).where(col(member.carrier_id) == carrier_id))
    kept: set[int] = set(session.exec(select(member.rotation_id)))
    empty = turns - kept  # nobody is left to take turns
    session.execute(delete(shift).where(col(shift.rotation_id).in_(empty)))
    session.execute(delete(rotation).where(col(rotation.id).in_(empty)))


def set_hours(session: Session, store_id: str, hours: Sequence[Hours]) -> None:
    """The weekly hours are these and no others; none: always open."""
    session.execute(delete(tables.Opening).where(col(tables.Opening.store_id) == store_id))
    for one in hours:
        session.add(
            tables.Opening(store_id=store_id, weekday=one.weekday, opens=one.opens, closes=one.closes)
        )
    session.flush()


def add_special_day(session: Session, store_id: str, **values: Any) -> None:
    session.add(tables.SpecialDay(store_id=store_id, **values))
    session.flush()


def remove_special_day(session: Session, store_id: str, row_id: int) -> bool:
    gone = session.execute(
        delete(tables.SpecialDay).where(
            col(tables.SpecialDay.id) == row_id, col(tables.SpecialDay.store_id) == store_id
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def set_account(session: Session, account_id: int, **values: Any) -> None:
    """Role, or whether it may sign in at all. Whoever may do less now signs in again."""
    session.execute(update(tables.Account).where(col(tables.Account.id) == account_id).values(**values))
    sign_ins.revoke_all(session, account_id)


def other_owner(session: Session, account_id: int, store_id: str | None) -> bool:
    """Whether somebody else owns what this account owns: a shop is never left without an owner."""
    table = tables.Account
    everywhere = col(table.store_id).is_(None)
    covers = everywhere if store_id is None else everywhere | (col(table.store_id) == store_id)
    others = select(table.id).where(
        table.role == Role.OWNER, col(table.active), table.id != account_id, covers
    )
    return session.exec(others.limit(1)).first() is not None


def _row(session: Session, store_id: str, sort: str, row_id: int) -> Any:
    row = session.get(TABLES[sort], row_id)
    if row is None or row.store_id != store_id:
        raise LookupError(row_id)
    return row
