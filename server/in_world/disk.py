"""A hand on the server's disk: what happens at the next commits, and whether a transaction begins at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from server.db.connect import Database


class Disk:
    """Of a database of SQLite. `before` and `after` are called around each commit and may raise: what is raised before
    it keeps the disk as it was, what is raised after it comes too late for that."""

    def __init__(self, db: Database) -> None:
        self._looking = False
        self.let_go()
        dialect: Any = db.write_engine.dialect
        self._commit = dialect.do_commit
        dialect.do_commit = self._do_commit
        for engine in {db.write_engine, db.read_engine}:
            event.listen(engine, "begin", self._begin)

    def let_go(self) -> None:
        """Nobody holds a hand over it any more."""
        self.before: Callable[[], None] = _nothing
        self.after: Callable[[], None] = _nothing
        self.locked = False
        self.commits = 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Whoever judges may look, whatever the disk does."""
        before, self._looking = self._looking, True
        try:
            yield
        finally:
            self._looking = before

    def _begin(self, connection: object) -> None:
        if self.locked and not self._looking:
            raise locked()

    def _do_commit(self, connection: Any) -> None:
        if self._looking:
            self._commit(connection)
            return
        self.commits += 1
        self.before()
        self._commit(connection)
        self.after()


def locked() -> sqlite3.OperationalError:
    return sqlite3.OperationalError("database is locked")


def _nothing() -> None:
    pass
