"""Both engines for every database test: files of SQLite, and a PostgreSQL cluster that the tests run themselves.

The cluster is a child process on a unix socket in its own folder, as user `postgres` when we are root (it
refuses to run as root). It is started by the first test that needs it. `LIVE=off` skips its tests; without
that a missing PostgreSQL fails them."""

from __future__ import annotations

import functools
import itertools
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from sqlmodel import SQLModel

from server.db.connect import Database
from server.db.upgrade import upgrade

START_S = 120.0
HELP = "install it (apt-get install postgresql), or skip these tests with LIVE=off"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the tests' own power cut is a deleted folder
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "timezone": "Asia/Kolkata",  # far from UTC on purpose: whoever forgets the zone is found out
}


def live_is_off() -> bool:
    return os.environ.get("LIVE", "").lower() == "off"


class Cluster:
    """One PostgreSQL server for a test run. `stop()` ends exactly the process that `start()` made."""

    settings: ClassVar[Mapping[str, str]] = SETTINGS

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="redbutton-pg-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._template: str | None = None

    def start(self) -> None:
        self._make()
        self.begin()
        self.wait()

    def _make(self) -> None:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.folder.chmod(0o700)
        made = subprocess.run(
            [
                *_as_postgres(),
                str(_programs() / "initdb"),
                *("--pgdata", str(self._data), "--username", "postgres", "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise RuntimeError(f"initdb said: {made.stdout}{made.stderr}")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def begin(self) -> None:
        """Start it, and do not wait."""
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *_as_postgres("--pdeathsig", "INT"),
                    *(str(_programs() / "postgres"), "-D", str(self._data), "-k", str(self.folder), *options),
                ],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Until it answers."""
        assert self._process is not None
        until = time.monotonic() + START_S
        while True:
            try:
                self._admin("SELECT 1")
            except psycopg.OperationalError:
                log = (self.folder / "log").read_text(errors="replace")
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"PostgreSQL did not start: {log}") from None
                threading.Event().wait(0.05)
            else:
                return

    def _admin(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def empty_database(self) -> str:
        """The name of a new database without a table."""
        name = f"test_{next(self._numbers)}"
        self._admin(f"CREATE DATABASE {name}")
        return name

    def new_database(self) -> str:
        """The name of a database with the newest tables and no row: a copy of one that was upgraded once."""
        if self._template is None:
            template = self.empty_database()
            _upgrade(self.url(template))
            self._template = template
        name = f"test_{next(self._numbers)}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def clean(self, name: str) -> None:
        """Whoever is still connected is thrown out. To empty the tables takes a third of the time of a new database."""
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname=name, autocommit=True
        ) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = ", ".join(f'"{table}"' for table in SQLModel.metadata.tables)
            connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE".encode())

    def drop(self, name: str) -> None:
        self._admin(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self) -> None:
        """Its data stay."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # fast: roll back and end
            self._process.wait(START_S)


Ways = tuple[Callable[[bool], Database], Callable[[Database], None], Callable[[Database], None]]
"""To make a database (or an empty one), to clean it for the next test, to remove it."""


class Databases:
    """Makes databases for tests. Cheap: both engines copy one that was upgraded once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cluster: Cluster | None = None
        self._broken: str | None = None
        self._numbers = itertools.count(1)
        self._template: Path | None = None
        self._shelf: dict[str, list[Database]] = {"sqlite": [], "postgres": []}
        """Clean ones. Their engines keep what they compiled: anew for each test that would be a quarter of its time."""

    def make(self, engine: str, *, empty: bool = False) -> tuple[Database, Any]:
        """A database and a callable that removes it. Skips with LIVE=off, fails without PostgreSQL."""
        make, clean, remove = self._postgres() if engine == "postgres" else self._sqlite()
        if empty:
            made = make(empty)
            return made, lambda: remove(made)
        shelf = self._shelf[engine]
        db = shelf.pop() if shelf else make(empty)

        def give_back() -> None:
            db.close()
            clean(db)
            shelf.append(db)

        return db, give_back

    def _postgres(self) -> Ways:
        cluster = self.cluster()

        def make(empty: bool) -> Database:
            return Database(cluster.url(cluster.empty_database() if empty else cluster.new_database()))

        def remove(db: Database) -> None:
            db.close()
            cluster.drop(db.url.database or "")

        return make, lambda db: cluster.clean(db.url.database or ""), remove

    def _sqlite(self) -> Ways:
        def make(empty: bool) -> Database:
            path = self._folder / f"{next(self._numbers)}.db"
            if not empty:
                shutil.copyfile(self._sqlite_template(), path)
            return Database(f"sqlite:///{path}")

        def clean(db: Database) -> None:
            path = Path(db.url.database or "")
            for left in path.parent.glob(f"{path.name}-*"):
                left.unlink()
            path.unlink(missing_ok=True)  # whoever still holds it open keeps the old one
            shutil.copyfile(self._sqlite_template(), path)

        return make, clean, Database.close

    def cluster(self) -> Cluster:
        if live_is_off():
            pytest.skip("LIVE=off: no PostgreSQL")
        if self._broken is not None:
            pytest.fail(self._broken)
        if self._cluster is None:
            cluster = Cluster()
            try:
                cluster.start()
                self._cluster = cluster
            except (RuntimeError, OSError, KeyError) as error:
                cluster.stop()
                self._broken = f"PostgreSQL cannot be used: {error}; {HELP}"
                pytest.fail(self._broken)
        return self._cluster

    def close(self) -> None:
        if self._cluster is not None:
            self._cluster.stop()

    def _sqlite_template(self) -> Path:
        if self._template is None:
            path = self._folder / "template.db"
            _upgrade(f"sqlite:///{path}")
            self._template = path
        return self._template


def _upgrade(url: str) -> None:
    db = Database(url)
    upgrade(db)
    db.close()


def _programs() -> Path:
    """The folder of the newest PostgreSQL on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("postgres")
    if elsewhere is None:
        raise RuntimeError("no PostgreSQL server on this machine")
    return Path(elsewhere).resolve().parent


def _as_postgres(*more: str) -> list[str]:
    """The words before a command: `setpriv` becomes the command itself, so its pid is the command's."""
    if os.geteuid() != 0:
        return ["setpriv", *more] if more else []
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", *more]


def upgraded(db: Database) -> None:
    """As `server.db.upgrade.upgrade`, for an empty SQLite: all migrations once in a process, then copies of what they
    made. Who tries the migrations themselves calls that."""
    connection = db.write_engine.raw_connection()
    try:
        driver = connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        _newest().backup(driver)
    finally:
        connection.close()


@functools.cache
def _newest() -> sqlite3.Connection:
    db = Database("sqlite://")
    upgrade(db)
    connection = db.write_engine.raw_connection()
    found = sqlite3.connect(":memory:", check_same_thread=False)
    assert isinstance(connection.driver_connection, sqlite3.Connection)
    connection.driver_connection.backup(found)
    connection.close()
    db.close()
    return found
