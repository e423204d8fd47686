"""Who is signed in: a random token at the browser or the script, its hash here, and when it ends."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.db.tables import Account, Carrier, SignIn

TOUCH_EVERY = timedelta(minutes=5)
"""`used_at` is no more exact than this: looking at a screen shall not write to the disk every time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A sign-in ends after `idle` without use, and after `absolute` in any case."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wearer:
    """Whom of a store an account is: the one whose pager rings."""

    id: int
    store_id: str
    role: str


@dataclass(frozen=True, slots=True)
class Found:
    account_id: int
    name: str
    role: str
    store_id: str | None
    language: str | None
    stale: bool
    """`touch` is due."""
    must_change: bool = False
    carrier: Wearer | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One browser or script that is signed in, for a list. `handle` names it and is of no other use."""

    handle: str
    agent: str
    created_at: datetime
    used_at: datetime
    this: bool


def new_token() -> str:
    """256 random bits, safe in a cookie and in a header."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """A fast hash is right here: nobody can guess 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def add(
    session: Session, token: str, account_id: int, now: datetime, limits: Limits, agent: str = ""
) -> None:
    agent = "".join(letter for letter in agent if letter.isprintable())[:120]
    session.add(
        SignIn(
            token_hash=hash_of(token),
            account_id=account_id,
            created_at=now,
            used_at=now,
            expires_at=now + limits.absolute,
            agent=agent,
        )
    )


def find(session: Session, token: str, now: datetime, limits: Limits) -> Found | None:
    """Whose token this is; None when it is unknown, ended, or its account is switched off. Of somebody who left the
    account may remain, but it is no carrier any more."""
    row = session.exec(
        select(SignIn, Account, Carrier)
        .join(Account, col(Account.id) == col(SignIn.account_id))
        .outerjoin(Carrier, (col(Carrier.id) == col(Account.carrier_id)) & col(Carrier.active))
        .where(SignIn.token_hash == hash_of(token), col(Account.active).is_(True))
    ).one_or_none()
    if row is None:
        return None
    sign_in, account, worn = row
    if now >= sign_in.expires_at or now >= sign_in.used_at + limits.idle:
        return None
    stale = now >= sign_in.used_at + TOUCH_EVERY
    carrier = None if worn is None else Wearer(worn.id or 0, worn.store_id, worn.role)
    return Found(
        sign_in.account_id,
        account.name,
        account.role,
        account.store_id,
        account.language,
        stale,
        account.must_change,
        carrier,
    )


def touch(session: Session, token: str, now: datetime) -> None:
    session.exec(update(SignIn).where(col(SignIn.token_hash) == hash_of(token)).values(used_at=now))


def revoke(session: Session, token: str) -> bool:
    """End one sign-in. False: it had ended already."""
    return bool(session.exec(delete(SignIn).where(col(SignIn.token_hash) == hash_of(token))).rowcount)


def revoke_all(session: Session, account_id: int, keep_token: str | None = None) -> int:
    """End every sign-in of an account (but one); how many there were."""
    statement = delete(SignIn).where(col(SignIn.account_id) == account_id)
    if keep_token is not None:
        statement = statement.where(col(SignIn.token_hash) != hash_of(keep_token))
    return session.exec(statement).rowcount


def listed(
    session: Session, account_id: int, now: datetime, limits: Limits, token: str | None = None
) -> list[Listed]:
    """Those that have not ended, the one of `token` first, then the last used."""
    mine = "" if token is None else hash_of(token)
    rows = session.exec(
        select(SignIn).where(
            SignIn.account_id == account_id, SignIn.expires_at > now, SignIn.used_at > now - limits.idle
        )
    )
    found = [
        Listed(_handle(row.token_hash), row.agent, row.created_at, row.used_at, row.token_hash == mine)
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.this, -one.used_at.timestamp(), one.handle))


def revoke_named(session: Session, account_id: int, handle: str) -> bool:
    """End the one of this handle. False: this account has none such."""
    rows = session.exec(select(SignIn.token_hash).where(SignIn.account_id == account_id))
    ending = [one for one in rows if _handle(one) == handle]
    return bool(session.exec(delete(SignIn).where(col(SignIn.token_hash).in_(ending))).rowcount)


def _handle(token_hash: str) -> str:
    """Hashed once more: what stands in a page is nothing that is looked up by."""
    return hashlib.sha256(f"handle {token_hash}".encode()).hexdigest()[:16]


def tidy(session: Session, now: datetime, limits: Limits) -> int:
    """Remove what has ended anyway; how many rows."""
    ended = (col(SignIn.expires_at) <= now) | (col(SignIn.used_at) <= now - limits.idle)
    return session.exec(delete(SignIn).where(ended)).rowcount
