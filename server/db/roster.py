"""Rows of the roster as people change them: weekly shifts, rotations, dated exceptions.

Every change counts the revision of the store up, so that a running server reads the shop anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.db.tables import Duty, Rotation, RotationMember, Shift, Store


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One weekly working time with its own id: of a person or of a rotation. `zone_id` None: anywhere."""

    id: int
    carrier_id: int | None
    rotation_id: int | None
    zone_id: int | None
    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    id: int
    carrier_id: int
    kind: str
    zone_id: int | None
    starts_at: datetime
    ends_at: datetime
    account_id: int | None
    """Who put it in."""


@dataclass(frozen=True, slots=True)
class NewShift:
    """The same hours on one or several days of the week."""

    carrier_id: int | None
    rotation_id: int | None
    zone_id: int | None
    weekdays: tuple[int, ...]
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class NewRotation:
    name: str
    starts_on: date
    days: int
    carriers: tuple[int, ...]
    """In the order of their turns."""


def changed(session: Session, store_id: str) -> None:
    """The shop is another one from here on."""
    session.execute(update(Store).where(col(Store.id) == store_id).values(revision=col(Store.revision) + 1))


def shifts(session: Session, store_id: str) -> tuple[ShiftRow, ...]:
    """By day and hour."""
    found = session.exec(
        select(Shift)
        .where(Shift.store_id == store_id)
        .order_by(col(Shift.weekday), col(Shift.starts), col(Shift.id))
    )
    return tuple(
        ShiftRow(row.id, row.carrier_id, row.rotation_id, row.zone_id, row.weekday, row.starts, row.ends)
        for row in found
        if row.id is not None
    )


def add_shifts(session: Session, store_id: str, new: NewShift) -> None:
    """One row per weekday; one that is there already is not doubled."""
    had = {
        (one.carrier_id, one.rotation_id, one.zone_id, one.weekday, one.starts, one.ends)
        for one in shifts(session, store_id)
    }
    for weekday in new.weekdays:
        if (new.carrier_id, new.rotation_id, new.zone_id, weekday, new.starts, new.ends) in had:
            continue
        session.add(
            Shift(
                store_id=store_id,
                carrier_id=new.carrier_id,
                rotation_id=new.rotation_id,
                zone_id=new.zone_id,
                weekday=weekday,
                starts=new.starts,
                ends=new.ends,
            )
        )
    changed(session, store_id)


def change_shift(session: Session, store_id: str, shift_id: int, new: NewShift) -> bool:
    """The row becomes the first of the weekdays, the others are added. False: it is gone."""
    done = remove_shift(session, store_id, shift_id)
    if done:
        add_shifts(session, store_id, new)
    return done


def remove_shift(session: Session, store_id: str, shift_id: int) -> bool:
    gone = session.execute(
        delete(Shift).where(col(Shift.id) == shift_id, col(Shift.store_id) == store_id)
    ).rowcount  # type: ignore[attr-defined]
    if gone:
        changed(session, store_id)
    return bool(gone)


def save_rotation(session: Session, store_id: str, rotation_id: int | None, new: NewRotation) -> int | None:
    """Its id; None: it is gone. Its shifts stay as they are."""
    if rotation_id is None:
        row = Rotation(store_id=store_id, name=new.name, starts_on=new.starts_on, days=new.days)
    else:
        found = _rotation(session, store_id, rotation_id)
        if found is None:
            return None
        row = found
        row.name, row.starts_on, row.days = new.name, new.starts_on, new.days
    session.add(row)
    session.flush()
    assert row.id is not None
    session.execute(delete(RotationMember).where(col(RotationMember.rotation_id) == row.id))
    session.add_all(_members(row.id, new.carriers))
    changed(session, store_id)
    return row.id


def remove_rotation(session: Session, store_id: str, rotation_id: int) -> bool:
    """With the shifts that its people took turns in."""
    row = _rotation(session, store_id, rotation_id)
    if row is None:
        return False
    session.execute(delete(Shift).where(col(Shift.rotation_id) == rotation_id))
    session.execute(delete(RotationMember).where(col(RotationMember.rotation_id) == rotation_id))
    session.delete(row)
    changed(session, store_id)
    return True


def exceptions(session: Session, store_id: str, now: datetime) -> tuple[ExceptionRow, ...]:
    """What holds now or is to come, the next one first."""
    found = session.exec(
        select(Duty)
        .where(Duty.store_id == store_id, Duty.ends_at > now)
        .order_by(col(Duty.starts_at), col(Duty.id))
    )
    return tuple(
        ExceptionRow(
            row.id, row.carrier_id, row.kind, row.zone_id, row.starts_at, row.ends_at, row.account_id
        )
        for row in found
        if row.id is not None
    )


def remove_exception(session: Session, store_id: str, duty_id: int, now: datetime) -> bool:
    """One that has begun ends now and stays as history; one that is to come is taken out."""
    mine = (col(Duty.id) == duty_id, col(Duty.store_id) == store_id, col(Duty.ends_at) > now)
    gone = session.execute(delete(Duty).where(*mine, col(Duty.starts_at) >= now)).rowcount  # type: ignore[attr-defined]
    if not gone:
        gone = session.execute(update(Duty).where(*mine).values(ends_at=now)).rowcount  # type: ignore[attr-defined]
    if gone:
        changed(session, store_id)
    return bool(gone)


def _rotation(session: Session, store_id: str, rotation_id: int) -> Rotation | None:
    return session.exec(
        select(Rotation).where(Rotation.id == rotation_id, Rotation.store_id == store_id)
    ).one_or_none()


def _members(rotation_id: int, carriers: Sequence[int]) -> Iterable[RotationMember]:
    return [
        RotationMember(rotation_id=rotation_id, position=position, carrier_id=carrier)
        for position, carrier in enumerate(carriers, start=1)
    ]
