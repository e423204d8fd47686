"""PINs of people: set, cleared, tried on a shared tablet. Hashed outside of any transaction, like passwords.

What a wrong one costs is decided in `server.rules.pin_tries`; here it is kept in rows, before the hash is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.db.accounts import NOBODYS_HASH
from server.db.connect import Database
from server.db.places import initials
from server.db.tables import Account, Carrier, Pin, PinTries, Tablet
from server.rules.pin_tries import Tries, give_back, pause, try_person, try_tablet
from server.rules.rights import Right, may


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may answer calls of a store on its tablets: they have a PIN."""

    account_id: int
    name: str
    initials: str
    carrier_id: int | None
    set_at: datetime
    everywhere: bool = False
    """Of every store: whoever manages only one cannot clear it."""


@dataclass(frozen=True, slots=True)
class Tried:
    right: bool
    wait: timedelta = timedelta(0)
    """Nothing was looked at: too many wrong ones. Try again after so long."""
    whole_tablet: bool = False
    """It is the tablet that waits, not this one person."""
    locked: timedelta = timedelta(0)
    """This one was wrong, and one too many: the person is locked on this tablet for so long."""


def holders(session: Session, store_id: str) -> tuple[Holder, ...]:
    """By name. Nobody whose sign-in was ended, and nobody who may not answer calls."""
    rows = session.exec(
        select(Account, Pin.set_at, Carrier)
        .join(Pin, col(Pin.account_id) == col(Account.id))
        .outerjoin(
            Carrier,
            (col(Carrier.id) == col(Account.carrier_id))
            & (col(Carrier.store_id) == store_id)
            & col(Carrier.active),
        )
        .where(col(Account.active), (col(Account.store_id) == store_id) | col(Account.store_id).is_(None))
        .order_by(Account.name, col(Account.id))
    ).all()
    return tuple(
        Holder(
            account.id or 0,
            account.name,
            carrier.initials if carrier is not None else initials(account.name),
            carrier.id if carrier is not None else None,
            set_at,
            account.store_id is None,
        )
        for account, set_at, carrier in rows
        if may(account.role, Right.ANSWER)
    )


def set_at(session: Session, account_id: int) -> datetime | None:
    """When somebody last chose theirs; None: they have none."""
    found = session.get(Pin, account_id)
    return None if found is None else found.set_at


def choose(
    db: Database,
    account_id: int,
    pin: str,
    now: datetime,
    hasher: PasswordHash | None = None,
    note: Callable[[Session], None] = lambda session: None,
) -> None:
    """Set or change a PIN. Slow (hashing): only from a `def` route. What was wrong with the old one is forgotten.
    `note` writes into the audit log."""
    pin_hash = (hasher or PasswordHash.recommended()).hash(pin)
    with db.transaction() as session:
        session.merge(Pin(account_id=account_id, pin_hash=pin_hash, set_at=now))
        _forget(session, account_id)
        note(session)


def clear(session: Session, account_id: int) -> bool:
    """Nobody acts by this PIN any more. False: there was none."""
    _forget(session, account_id)
    return bool(session.exec(delete(Pin).where(col(Pin.account_id) == account_id)).rowcount)


def check(
    db: Database, tablet_id: int, account_id: int, pin: str, now: datetime, hasher: PasswordHash | None = None
) -> Tried:
    """Whether this is the PIN of this account. Slow (hashing): only from a `def` route."""
    with db.transaction() as session:
        counted = _count(session, tablet_id, account_id, now)
        found = session.get(Pin, account_id)
    if isinstance(counted, Tried):
        return counted
    known = found.pin_hash if found is not None else NOBODYS_HASH
    right = (hasher or PasswordHash.recommended()).verify(pin[:16], known) and found is not None
    if right:
        with db.transaction() as session:
            _forget(session, account_id, tablet_id)
            row = _locked(session, tablet_id)
            session.exec(
                update(Tablet).where(col(Tablet.id) == tablet_id).values(free_at=give_back(row.free_at, now))
            )
        return Tried(True)
    return Tried(False, locked=pause(counted.wrong))


def _count(session: Session, tablet_id: int, account_id: int, now: datetime) -> Tried | Tries:
    """Count this try as a wrong one; or what to answer if it may not go on."""
    tablet = _locked(session, tablet_id)  # one try after the other on a tablet, on PostgreSQL too
    row = session.get(PinTries, (tablet_id, account_id))
    before = Tries() if row is None else Tries(row.wrong, row.last_at)
    wait, tries = try_person(before, now)
    if not wait:
        slow, free_at = try_tablet(tablet.free_at, now)
        tablet.free_at = free_at
        session.add(tablet)
        if slow:
            return Tried(False, slow, whole_tablet=True)
    if tries != before:
        assert tries.last_at is not None
        session.merge(
            PinTries(tablet_id=tablet_id, account_id=account_id, wrong=tries.wrong, last_at=tries.last_at)
        )
    return Tried(False, wait) if wait else tries


def _locked(session: Session, tablet_id: int) -> Tablet:
    return session.exec(select(Tablet).where(Tablet.id == tablet_id).with_for_update()).one()


def _forget(session: Session, account_id: int, tablet_id: int | None = None) -> None:
    mine = col(PinTries.account_id) == account_id
    session.exec(
        delete(PinTries).where(mine if tablet_id is None else mine & (col(PinTries.tablet_id) == tablet_id))
    )
