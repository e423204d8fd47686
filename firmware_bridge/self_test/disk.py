"""The shell at the disk: how long a durable commit takes, measured as the spool would do it, beside the spool."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

NAME = "self-test.sqlite"
COMMITS = 7


def commits(folder: Path, clock: Callable[[], float]) -> tuple[list[float], str]:
    """Seconds of some commits, or why there is none."""
    path = folder / NAME
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("CREATE TABLE IF NOT EXISTS press (seq INTEGER PRIMARY KEY, text TEXT)")
            return [_one(db, clock) for _ in range(COMMITS)], ""
    except sqlite3.Error as error:
        return [], str(error)
    finally:
        for left in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                Path(f"{path}{left}").unlink()


def _one(db: sqlite3.Connection, clock: Callable[[], float]) -> float:
    began = clock()
    db.execute("INSERT INTO press (text) VALUES (?)", ("x" * 200,))
    return clock() - began
