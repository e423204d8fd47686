"""Brings a database to the newest shape. No alembic.ini: all is in the wheel.

A migration runs in one transaction, so a power cut leaves the old shape or the new one, never a half."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from server.db.connect import Database
from server.db.shape import SCRIPTS

LOCK = 0x5242  # any number, the same in every process that upgrades


class BrokenReferences(Exception):
    """A migration would leave rows that point nowhere; nothing was changed."""


def upgrade(db: Database, to: str = "head") -> None:
    """Bring the database to `to`. Safe to call at every start, and from several processes at once."""
    with _connection(db) as connection:
        command.upgrade(_config(connection), to)


def downgrade(db: Database, to: str) -> None:
    """Back to an older shape; `base` is an empty database. What the newer shape held beyond it is lost."""
    with _connection(db) as connection:
        command.downgrade(_config(connection), to)


def draft(words: str, scripts: Path = SCRIPTS) -> None:
    """For developers: write the next migration, by comparing the tables with what the migrations make so far.

    python -c "from server.db.upgrade import draft; draft('pagers get a colour')"
    """
    db = Database("sqlite://")
    with _connection(db) as connection:
        config = _config(connection, scripts)
        command.upgrade(config, "head")
        number = int(ScriptDirectory.from_config(config).get_current_head() or "0") + 1
        command.revision(config, words, autogenerate=True, rev_id=f"{number:04d}")
    db.close()


def _config(connection: Connection | None, scripts: Path = SCRIPTS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(db: Database) -> Iterator[Connection]:
    """One write transaction in which tables may be copied: SQLite then holds references back till the end."""
    with db.write_engine.connect() as connection:
        driver = connection.connection.driver_connection
        if db.is_sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys=OFF")  # does nothing once a transaction has begun
        try:
            with connection.begin():
                if not db.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                yield connection
                if db.is_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise BrokenReferences(f"{len(broken)} rows, first in table {broken[0][0]}")
        finally:
            if db.is_sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys=ON")
