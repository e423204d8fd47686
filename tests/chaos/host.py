"""A process of ours in a bad place: `python -m tests.chaos.host KNOBS MODULE ARGUMENTS...`.

Its wall clock is wrong, its disk full or slow, when the knobs say so. The machine's clock and disk are not touched: the
process reads another wall clock, and SQLite itself refuses to add a page to its files (`max_page_count`)."""

from __future__ import annotations

import importlib
import runpy
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

from tests.chaos.knobs import Knobs

MOST_PAGES = 1_073_741_823
WALLS = {
    "server": ("server.app",),
    "simulator.button_host": ("firmware_bridge.readings",),
    "pager_gateway": (),
}
"""Modules that ask for the date; everything else asks `time.time`."""


def wrong_clock(knobs: Knobs, modules: Iterable[str]) -> None:
    right = time.time

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=knobs.wrong_by)

    time.time = lambda: right() + knobs.wrong_by
    for name in modules:
        vars(importlib.import_module(name))["datetime"] = Shifted


def bad_disk(knobs: Knobs) -> None:
    """Each connection is told before it begins to write, and waits before it has written."""
    connect, never = sqlite3.connect, threading.Event()

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *given: Any) -> Self:
            if sql == "BEGIN IMMEDIATE" and isinstance(self.connection, Connection):
                self.connection.limit()
            return super().execute(sql, *given)

    class Connection(sqlite3.Connection):
        limited = False

        def limit(self) -> None:
            if self.limited is not knobs.full:
                self.limited = knobs.full
                pages = 1 if self.limited else MOST_PAGES  # less than there are means: no more than there are
                sqlite3.Connection.execute(self, f"PRAGMA max_page_count = {pages}").fetchone()

        def drag(self) -> None:
            if knobs.slow and self.in_transaction:
                never.wait(knobs.slow)

        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                self.limit()
            elif sql == "COMMIT":
                self.drag()
            return super().execute(sql, *given)

        def commit(self) -> None:
            self.drag()
            super().commit()

        def cursor(self, factory: type[sqlite3.Cursor] = Cursor) -> sqlite3.Cursor:  # type: ignore[override]
            return super().cursor(factory)

    def connected(path: Any, *args: Any, **named: Any) -> sqlite3.Connection:
        found: sqlite3.Connection = connect(path, *args, **{"factory": Connection, **named})
        return found

    sqlite3.connect = sqlite3.dbapi2.connect = connected  # type: ignore[assignment]


def main() -> None:
    knobs, module = Knobs(Path(sys.argv[1])), sys.argv[2]
    bad_disk(knobs)
    if module == "simulator.button_host":
        from firmware_bridge import readings, spool_file

        spool_file.ROOM_PAGES = 0  # some hundred presses would fit into a full disk
        readings.kernel_clock_synced = lambda: lambda: True  # somebody vouches for the wrong clock
    wrong_clock(knobs, WALLS[module])
    del sys.argv[:2]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
