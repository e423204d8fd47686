"""What every screen needs of a shop: the store itself, its zones and buttons, the names behind account ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import Session, col

from server.db.tables import Account, Button, Carrier, Store, Zone


@dataclass(frozen=True, slots=True)
class StoreFacts:
    id: str
    name: str
    timezone: str
    language: str


@dataclass(frozen=True, slots=True)
class Named:
    """A zone or a button in a list to choose from."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """`initials` is all that a wall ever shows of somebody."""

    name: str
    initials: str


def store(session: Session, store_id: str) -> StoreFacts | None:
    row = session.get(Store, store_id) if store_id.isprintable() else None
    return None if row is None else StoreFacts(row.id, row.name, row.timezone, row.language)


def stores(session: Session) -> tuple[StoreFacts, ...]:
    rows = session.scalars(select(Store).order_by(col(Store.name), col(Store.id)))
    return tuple(StoreFacts(row.id, row.name, row.timezone, row.language) for row in rows)


def zones(session: Session, store_id: str) -> tuple[Named, ...]:
    rows = session.execute(
        select(col(Zone.id), col(Zone.name))
        .where(col(Zone.store_id) == store_id)
        .order_by(col(Zone.position), col(Zone.name))
    )
    return tuple(Named(row[0], row[1]) for row in rows)


def buttons(session: Session, store_id: str) -> tuple[Named, ...]:
    rows = session.execute(
        select(col(Button.id), col(Button.label), col(Zone.name))
        .join(Zone, col(Zone.id) == col(Button.zone_id))
        .where(col(Button.store_id) == store_id)
        .order_by(col(Zone.position), col(Zone.name), col(Button.label))
    )
    return tuple(Named(row[0], f"{row[2]} \u00b7 {row[1]}") for row in rows)


def people(session: Session, accounts: Iterable[int | None]) -> dict[int, Person]:
    """The people behind account ids; an id of an account that is gone is simply not in the answer."""
    wanted = {account for account in accounts if account is not None}
    if not wanted:
        return {}
    rows = session.execute(
        select(col(Account.id), col(Account.name), col(Carrier.initials))
        .join(Carrier, col(Carrier.id) == col(Account.carrier_id), isouter=True)
        .where(col(Account.id).in_(wanted))
    )
    return {row[0]: Person(row[1], row[2] or initials(row[1])) for row in rows}


def initials(name: str) -> str:
    """`Olga Smirnova` -> OS; at most three letters."""
    return "".join(part[0] for part in name.split() if part)[:3].upper()


def choose_language(session: Session, account: int, language: str) -> None:
    """What a signed-in person chose: it follows them to every browser."""
    session.execute(update(Account).where(col(Account.id) == account).values(language=language))
