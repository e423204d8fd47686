"""Accounts: made, looked up, given a new password. Passwords are hashed outside of any transaction.

argon2 is slow on purpose (a second on a Pi), and a write transaction holds up every press that comes in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pwdlib import PasswordHash
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from broker_config.messages.base import DeviceId
from server.db import sign_ins
from server.db.connect import Database
from server.db.tables import Account, Store
from server.rules import passwords
from server.rules.passwords import LONGEST, SHORTEST, Weakness
from server.rules.rights import Role

NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$bZNRDznITIjKfV7tGhzdGA$nGUWQ0Wd2Wl7RhWdIhi5cMDBnn6xKKIvYfz3TkWvWVM"
)
"""Checked when there is no such login, so that a wrong login takes as long as a wrong password."""

WHY_NOT = {
    Weakness.TOO_SHORT: f"at least {SHORTEST} signs, please",
    Weakness.TOO_LONG: f"at most {LONGEST} signs, please",
    Weakness.COMMON: "this is one of the commonest passwords: choose another one",
    Weakness.NAME: "this is a name that everybody knows: choose another one",
    Weakness.NOT_TEXT: "this is no text",
}
"""For the command line; screens say it in their own languages."""


class LoginTaken(Exception):
    """Another account has this login already; choose another one."""


class NewAccount(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    login: Annotated[
        str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\s\p{C}]+$", to_lower=True)
    ]
    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\p{C}\p{Zl}\p{Zp}]+$")]
    password: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(repr=False)
    role: Role = Role.STAFF
    store_id: DeviceId | None = None
    """None: every store."""
    carrier_id: int | None = None
    language: Literal["en", "ru", "et"] | None = None
    must_change: bool = False
    """The password is somebody else's word: at the first sign-in another one is chosen."""

    @field_validator("password")
    @classmethod
    def _taken(cls, password: str, others: ValidationInfo) -> str:
        names = [str(others.data[name]) for name in ("login", "name") if name in others.data]
        found = passwords.weakness(password, names)
        if found is not None:
            raise ValueError(WHY_NOT[found])
        return password


@dataclass(frozen=True, slots=True)
class Person:
    """An account as the rest of the server may see it: everything but the hash."""

    id: int
    login: str
    name: str
    role: str
    store_id: str | None
    carrier_id: int | None
    language: str | None
    active: bool
    must_change: bool


Note: TypeAlias = Callable[[Session, int], None]
"""Writes into the audit log what is done to this account, in the same transaction."""


def create(
    db: Database, new: NewAccount, hasher: PasswordHash | None = None, *, note: Note | None = None
) -> int:
    """The id of the new account. Raises LoginTaken."""
    password_hash = (hasher or PasswordHash.recommended()).hash(_as_hashed(new.password))
    account = Account(**new.model_dump(exclude={"password"}), password_hash=password_hash)
    try:
        with db.transaction() as session:
            if find(session, new.login) is not None:
                raise LoginTaken(new.login)
            session.add(account)
            session.flush()
            assert account.id is not None
            if note is not None:
                note(session, account.id)
            return account.id
    except IntegrityError as error:
        with db.reading() as session:
            if find(session, new.login) is not None:
                raise LoginTaken(new.login) from None
        raise error


def find(session: Session, login: str) -> Account | None:
    if "\x00" in login:  # PostgreSQL refuses even to look for it
        return None
    return session.exec(select(Account).where(Account.login == login.strip().lower())).one_or_none()


def verify(db: Database, login: str, password: str, hasher: PasswordHash | None = None) -> Person | None:
    """The person, if login and password belong together and the account is active. Takes the same time for
    an unknown login. A hash of an older strength is replaced on the way."""
    hasher = hasher or PasswordHash.recommended()
    with db.reading() as session:
        account = find(session, login)
    known = account.password_hash if account is not None else NOBODYS_HASH
    right, better = hasher.verify_and_update(_as_hashed(password), known)
    if account is None or not right or not account.active:
        return None
    if better is not None:
        with db.transaction() as session:
            session.exec(
                update(Account)
                .where(col(Account.id) == account.id, col(Account.password_hash) == known)
                .values(password_hash=better)
            )
    return _person(account)


def change_password(
    db: Database,
    account_id: int,
    password: str,
    *,
    must_change: bool,
    hasher: PasswordHash | None = None,
    note: Note | None = None,
) -> bool:
    """Set a new password and end every sign-in of this account: whoever stays signed in is given a new token. False:
    no such account. The caller has asked for the old password, and whether the new one is taken.
    `must_change`: somebody else chose it."""
    password_hash = (hasher or PasswordHash.recommended()).hash(_as_hashed(password))
    with db.transaction() as session:
        changed = session.exec(
            update(Account)
            .where(col(Account.id) == account_id)
            .values(password_hash=password_hash, must_change=must_change)
        ).rowcount
        sign_ins.revoke_all(session, account_id)
        if changed and note is not None:
            note(session, account_id)
    return bool(changed)


def set_active(session: Session, account_id: int, active: bool) -> bool:
    """Switch an account off (its sign-ins end at once) or on again; its history stays. False: no such account."""
    changed = session.exec(
        update(Account).where(col(Account.id) == account_id).values(active=active)
    ).rowcount
    if not active:
        sign_ins.revoke_all(session, account_id)
    return bool(changed)


def everybody(session: Session, store_id: str | None = None) -> list[Person]:
    """All accounts by login; with `store_id` those who may act in that store."""
    statement = select(Account).order_by(Account.login)
    if store_id is not None:
        statement = statement.where(
            (col(Account.store_id) == store_id) | col(Account.store_id).is_(None),
        )
    return [_person(account) for account in session.exec(statement)]


def names_of(session: Session, account_id: int) -> tuple[str, ...]:
    """What a password of this account must not be: its login and name, and the name of each of its shops."""
    row = session.get(Account, account_id)
    if row is None:
        return ()
    stores = session.exec(select(Store.id, Store.name)).all()
    mine = [store for store in stores if row.store_id in (None, store[0])]
    return (row.login, row.name, *(name for store in mine for name in store))


def _as_hashed(password: str) -> str:
    """Two ways to type the same letter are one; too long stays too long, and half a letter is no letter at all."""
    return unicodedata.normalize("NFC", password[: LONGEST + 1].encode(errors="replace").decode())


def _person(account: Account) -> Person:
    assert account.id is not None
    return Person(
        account.id,
        account.login,
        account.name,
        account.role,
        account.store_id,
        account.carrier_id,
        account.language,
        account.active,
        account.must_change,
    )
