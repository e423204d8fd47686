"""A disk that fails as SQLite tells it: while `error` is set, every commit on files below `folder` ends with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

ERRORS = {
    "full": sqlite3.SQLITE_FULL,
    "read-only": sqlite3.SQLITE_READONLY,
    "write": sqlite3.SQLITE_IOERR_WRITE,
    "sync": sqlite3.SQLITE_IOERR_FSYNC,
    "held": sqlite3.SQLITE_BUSY,
}


class BadDisk:
    """`written`: the disk reports the error although all of it was written."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.error: int | None = None
        self.written = False
        self.unreadable = False
        self.commits = 0
        disk, connect = self, sqlite3.connect

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
                disk.pass_by(self, sql)
                return super().execute(sql, *given)

        def connected(path: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
            ours = str(path).startswith(str(folder))
            kind = Connection if ours else sqlite3.Connection
            found: sqlite3.Connection = connect(path, *args, factory=kind, **kwargs)
            return found

        patch.setattr(sqlite3, "connect", connected)

    def pass_by(self, db: sqlite3.Connection, sql: str) -> None:
        if sql == "COMMIT":
            self.commits += 1
            if self.error is not None:
                if self.written:
                    sqlite3.Connection.execute(db, sql)
                raise self._failure(self.error)
        elif sql == "BEGIN IMMEDIATE" and self.error == sqlite3.SQLITE_READONLY:
            raise self._failure(self.error)
        elif sql.startswith("SELECT") and self.unreadable:
            raise self._failure(sqlite3.SQLITE_IOERR_READ)

    def _failure(self, code: int) -> sqlite3.OperationalError:
        failure = sqlite3.OperationalError("the disk failed")
        failure.sqlite_errorcode = code
        return failure
