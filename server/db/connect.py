"""The database: one place that opens it, `transaction()` to write, `reading()` to look.

Python's SQLite driver starts no transaction before the first write, so a read-then-write could lose an
update without an error. So every write transaction begins IMMEDIATE, and pure reads use an engine of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from server.db import tables as tables

BUSY_MS = 5_000


class Database:
    """`url`: sqlite:///path, sqlite:// (in memory, one connection) or postgresql+psycopg://..."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.in_memory = self.is_sqlite and self.url.database in (None, "", ":memory:")
        self.write_engine = self._engine(immediate=True)
        self.read_engine = self._read_engine()

    def _engine(self, *, immediate: bool) -> Engine:
        if not self.is_sqlite:
            tables.as_on_postgresql()
            return create_engine(
                self.url, json_serializer=_json, pool_size=10, max_overflow=10, pool_pre_ping=True
            )
        kwargs: dict[str, Any] = {
            "connect_args": {"check_same_thread": False},
            "json_serializer": _json,
        }
        if self.in_memory:
            kwargs["poolclass"] = StaticPool
        engine = create_engine(self.url, **kwargs)
        event.listen(engine, "connect", _prepare_sqlite)
        begin = "BEGIN IMMEDIATE" if immediate else "BEGIN"

        def start(connection: Connection) -> None:
            connection.connection.cursor().execute(begin)  # the driver's own: a tenth of the time

        event.listen(engine, "begin", start)
        return engine

    def _read_engine(self) -> Engine:
        if self.in_memory:
            return self.write_engine
        if self.is_sqlite:
            return self._engine(immediate=False)
        return self.write_engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A unit of work: all of it or nothing. Functions in `db/` never commit themselves.

        SQLite lets one writer in at a time. PostgreSQL lets several, so a value that is read and then written
        there needs `with_for_update()`, or better one guarded UPDATE."""
        with Session(self.write_engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look. Nothing that is changed here is ever written."""
        with Session(self.read_engine, expire_on_commit=False, autoflush=False) as session:
            yield session  # closing gives the connection back rolled back; what was loaded stays readable

    def in_trouble(self, error: BaseException) -> bool:
        """Whether the database as a whole does not answer (locked, full, gone), not this one piece of work.

        Knows the driver's own errors too, for those who use its cursor."""
        driver = self.write_engine.dialect.loaded_dbapi
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return True
        return isinstance(
            error,
            (OperationalError, InterfaceError, PoolTimeout, driver.OperationalError, driver.InterfaceError),
        )

    def forget_old_pages(self) -> bool:
        """What was deleted is overwritten in the file at once, but older copies of its pages lie in the write-ahead
        log until that is emptied. False: somebody reads just now, try again. PostgreSQL keeps house by itself."""
        if not self.is_sqlite or self.in_memory:
            return True
        connection = self.write_engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=0")  # nobody shall wait for this
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (row,) = cursor.fetchall()
            cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            cursor.close()
        finally:
            connection.close()
        return not row[0]

    def close(self) -> None:
        self.write_engine.dispose()
        self.read_engine.dispose()


def _json(value: object) -> str:
    """A journal entry's detail: a fifth of the standard encoder's time, five times a press."""
    return to_json(value).decode()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a power cut must not take back a receipt
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten, not only let go of
        f"busy_timeout={BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
