"""Shared tablets: they ask, a manager lets them in, and takes it back. Only hashes of their secrets are kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from server.db.sign_ins import hash_of
from server.db.tables import Account, PinTries, Tablet, TabletDoor
from server.rules import tablets as rules

TOUCH_EVERY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A tablet of a store."""

    id: int
    store_id: str
    name: str
    stale: bool = False
    """`touch` is due."""


@dataclass(frozen=True, slots=True)
class Asking:
    """It shows this number and waits for a manager."""

    number: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A manager revoked it, or it was not used for too long."""


Seen: TypeAlias = Enrolled | Asking | TakenBack


@dataclass(frozen=True, slots=True)
class Listed:
    id: int
    name: str
    agent: str
    enrolled_at: datetime
    enrolled_by: str
    used_at: datetime
    revoked_at: datetime | None


def open_door(session: Session, store_id: str, account_id: int, now: datetime) -> None:
    session.merge(TabletDoor(store_id=store_id, until=now + rules.OPEN_FOR, account_id=account_id))


def close_door(session: Session, store_id: str) -> None:
    session.exec(delete(TabletDoor).where(col(TabletDoor.store_id) == store_id))


def door(session: Session, store_id: str, now: datetime) -> datetime | None:
    """Until when a tablet may ask to be let into this store; None: it may not."""
    found = session.get(TabletDoor, store_id)
    return found.until if found is not None and rules.is_open(found.until, now) else None


def any_door(session: Session, now: datetime) -> bool:
    return any(rules.is_open(until, now) for until in session.exec(select(TabletDoor.until)))


def ask(session: Session, secret: str, agent: str, now: datetime, before: str | None = None) -> str | None:
    """The number to show; None: too many ask already. `before`: what this browser had until now."""
    session.exec(
        delete(Tablet).where(
            col(Tablet.store_id).is_(None),
            (col(Tablet.asked_at) <= now - rules.OPEN_FOR)
            | (col(Tablet.secret_hash) == (hash_of(before) if before else "")),
        )
    )
    taken = set(session.exec(select(Tablet.number).where(col(Tablet.number).is_not(None))))
    if len(taken) >= rules.MOST_ASKING:
        return None
    number = next(one for one in iter(_number, None) if one not in taken)
    agent = "".join(letter for letter in agent if letter.isprintable())[:120]
    session.add(Tablet(secret_hash=hash_of(secret), agent=agent, asked_at=now, number=number))
    return number


def _number() -> str:
    return f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}d}"


def find(session: Session, secret: str, now: datetime) -> Seen | None:
    """What the browser with this secret is; None: nothing of ours."""
    row = session.exec(select(Tablet).where(Tablet.secret_hash == hash_of(secret))).one_or_none()
    if row is None:
        return None
    if row.store_id is None or row.used_at is None:
        asks = row.number is not None and rules.still_asks(row.asked_at, now)
        return Asking(row.number or "") if asks else None
    if row.revoked_at is not None or rules.lapsed(row.used_at, now):
        return TakenBack()
    return Enrolled(row.id or 0, row.store_id, row.name, now >= row.used_at + TOUCH_EVERY)


def touch(session: Session, tablet_id: int, now: datetime) -> None:
    session.exec(update(Tablet).where(col(Tablet.id) == tablet_id).values(used_at=now))


def let_in(
    session: Session, store_id: str, number: str, name: str, account_id: int, now: datetime
) -> int | None:
    """The id of the tablet that shows this number. None: none does (any more), or nobody opened the door here."""
    if door(session, store_id, now) is None:
        return None
    row = session.exec(
        select(Tablet).where(Tablet.number == number, col(Tablet.store_id).is_(None)).with_for_update()
    ).one_or_none()
    if row is None or not rules.still_asks(row.asked_at, now):
        return None
    row.number, row.store_id, row.name = None, store_id, name
    row.enrolled_at = row.used_at = now
    row.enrolled_by_id = account_id
    session.add(row)
    close_door(session, store_id)
    return row.id


def revoke(session: Session, store_id: str, tablet_id: int, account_id: int, now: datetime) -> str | None:
    """The name of the tablet that is out from now on; None: there is none, or it was out already."""
    changed = session.exec(
        update(Tablet)
        .where(
            col(Tablet.id) == tablet_id, col(Tablet.store_id) == store_id, col(Tablet.revoked_at).is_(None)
        )
        .values(revoked_at=now, revoked_by_id=account_id)
    ).rowcount
    if not changed:
        return None
    session.exec(delete(PinTries).where(col(PinTries.tablet_id) == tablet_id))
    return session.exec(select(Tablet.name).where(Tablet.id == tablet_id)).one()


def listed(session: Session, store_id: str) -> tuple[Listed, ...]:
    """Those in use first, then those that were taken back, the newest first."""
    rows = session.exec(
        select(Tablet, Account.name)
        .outerjoin(Account, col(Account.id) == col(Tablet.enrolled_by_id))
        .where(Tablet.store_id == store_id)
        .order_by(func.coalesce(Tablet.revoked_at, Tablet.enrolled_at).desc(), col(Tablet.id).desc())
    ).all()
    found = [
        Listed(row.id or 0, row.name, row.agent, row.enrolled_at, by or "", row.used_at, row.revoked_at)
        for row, by in rows
        if row.enrolled_at is not None and row.used_at is not None
    ]
    return tuple(sorted(found, key=lambda one: one.revoked_at is not None))
