"""What whoever makes a shop's past asks of the server besides what happens in it.

Who works when, a database that is not synced before it is whole, and what came of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import event, func, select
from sqlmodel import Session, SQLModel, col

from broker_config.config import load
from server.config import ServerSettings
from server.db.connect import Database
from server.db.engine_store import read_store
from server.db.tables import Account, Incident, PressRow
from server.rules.opening import stretches
from server.rules.roster import roster
from server.setup import need_newest

HURRIED = ("synchronous=OFF", "wal_autocheckpoint=1000000", "temp_store=MEMORY", "cache_size=-65536")


@dataclass(frozen=True, slots=True)
class Someone:
    """A member of staff who wears a pager."""

    login: str
    account: int
    carrier: int
    role: str


class Staffing:
    """The shop's hours and shifts as they stand in it now; breaks and absences are not in here."""

    def __init__(self, db: Database, store: str, now: datetime) -> None:
        with db.reading() as session:
            found = read_store(session, store, now)
            accounts = session.execute(
                select(col(Account.login), col(Account.id), col(Account.carrier_id)).where(
                    col(Account.carrier_id).is_not(None)
                )
            ).all()
        if found is None:
            raise LookupError(store)
        self._store = found
        self._people = {
            carrier: Someone(login, account, carrier, found.carriers[carrier].role)
            for login, account, carrier in accounts
            if carrier in found.carriers
        }

    @property
    def zone(self) -> ZoneInfo:
        return self._store.zone

    @property
    def people(self) -> Sequence[Someone]:
        return list(self._people.values())

    def on_floor(self, now: datetime) -> list[Someone]:
        here = (one.carrier_id for one in roster(self._store, now) if one.present)
        return [self._people[carrier] for carrier in here if carrier in self._people]

    def hours(self, day: date) -> list[tuple[float, float]]:
        """When the store is open on this local day, in hours since its midnight."""
        midnight = datetime.combine(day, time(), self._store.zone)
        return [
            tuple((end - midnight).total_seconds() / 3600 for end in stretch)  # type: ignore[misc]
            for stretch in stretches(self._store, day)
        ]


def database_of(config: Path) -> str:
    """The URL in a server's file. Raises SetupError, also when the database has not the newest shape."""
    url = load(ServerSettings, config).database
    db = Database(url)
    try:
        need_newest(db)
    finally:
        db.close()
    return url


@dataclass(frozen=True, slots=True)
class Made:
    presses: int
    incidents: int


def made(db: Database, store: str | None = None) -> Made:
    """What there is of one store, or of all of them."""
    with db.reading() as session:
        return Made(_count(session, PressRow, store), _count(session, Incident, store))


def _count(session: Session, table: type[SQLModel], store: str | None) -> int:
    counted = select(func.count()).select_from(table)
    if store is not None:
        counted = counted.filter_by(store_id=store)
    return int(session.execute(counted).scalar_one())


def hurried(url: str) -> Database:
    """Of SQLite a database that nothing is synced of, for a file that is thrown away when the making fails."""
    db = Database(url)
    if db.is_sqlite:
        for engine in {db.write_engine, db.read_engine}:
            event.listen(engine, "connect", _hurry)
    return db


def settle(db: Database) -> None:
    """All of it is in its file, and on the disk. Closes the database."""
    db.close()
    if not db.is_sqlite or db.in_memory:
        return
    path = str(db.url.database)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("ANALYZE")
    connection.close()
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in HURRIED:
        connection.execute(f"PRAGMA {pragma}")
