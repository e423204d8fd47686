"""A shop file as the world needs it: a plan of what is connected, and a database with the shop and its people in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from server.db import accounts
from server.db.connect import Database
from server.db.shop import load_shop
from server.db.tables import Account, Carrier
from server.db.upgrade import upgrade
from server.in_world.staff import of_store
from server.shop_checks import FIRST_OWNER
from server.shop_file import read_shop
from server.supervise.read_shop import shop_of
from server.supervise.shop import Shop

NO_PASSWORD = "!"
"""No password has this hash: nobody signs in so."""


def shop_plan(shop_file: Path) -> Shop:
    """Who is connected and what is simulated, as `redbutton up --simulate` reads it. Raises SetupError."""
    return shop_of(read_shop(shop_file))


def shop_database(shop_file: Path, url: str = "sqlite://") -> Database:
    """Newest shape, the shop as `redbutton shop load` brings it in, and an account without a password for everybody."""
    db = Database(url)
    upgrade(db)
    add_shop(db, shop_file)
    return db


def add_shop(db: Database, shop_file: Path) -> None:
    """One store more, with its people."""
    file = read_shop(shop_file)
    with db.transaction() as session:
        load_shop(session, file)
        add_people(session, shop_of(file))


def add_people(session: Session, plan: Shop) -> None:
    """Accounts for those who have none."""
    wanted = [(FIRST_OWNER, "Manager", "owner")]
    wanted += [(one.login, one.name, str(one.role)) for one in plan.people]
    carriers = select(col(Carrier.name), col(Carrier.id)).where(col(Carrier.store_id) == plan.store)
    ids: dict[str, int] = {row[0]: row[1] for row in session.execute(carriers)}
    for login, name, role in wanted:
        there = accounts.find(session, login)
        if there is not None and there.store_id not in (None, plan.store):
            login += of_store(plan.store)
            there = accounts.find(session, login)
        if there is None:
            session.add(
                Account(
                    login=login,
                    name=name,
                    role=role,
                    store_id=plan.store,
                    carrier_id=ids.get(name),
                    password_hash=NO_PASSWORD,
                )
            )


class Snapshot:
    """A database in memory as it is now. To go back to it is quicker than to make the tables again."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._bytes = self._connection().serialize()

    def restore(self) -> None:
        connection = self._connection()
        connection.deserialize(self._bytes)
        connection.execute("PRAGMA foreign_keys=ON")

    def _connection(self) -> sqlite3.Connection:
        with self.db.write_engine.connect() as at:
            found = at.connection.driver_connection
        assert isinstance(found, sqlite3.Connection)
        return found
