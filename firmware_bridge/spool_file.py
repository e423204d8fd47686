"""One SQLite file of presses. It does what it is asked, or says why not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

from broker_config.messages.device import FaultKind
from firmware_bridge.errors import Damaged, DiskFault, SpoolError
from firmware_bridge.press import Spooled
from firmware_bridge.press_row import HIGHEST_SEQ, INTO, SELECT, TABLE, spooled, to_row

MEMORY = ":memory:"
BUSY_S = 0.3
"""Somebody else who holds the file (a technician with sqlite3) must not hold up a finger."""
ROOM_PAGES = 32
"""A new file has room for some hundred presses from the beginning: a disk that is full then still takes them, since to
fold the log into pages that are there needs no more room."""
FOLD_AFTER = 16
"""Commits after which the log is folded into the file, so that it stays small: each adds some pages to it."""

_DAMAGE = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,  # our statements are right: what they name is missing in the file
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_FORMAT,
}
UNREADABLE = (sqlite3.Error, ValueError, OverflowError, MemoryError)
"""What Python's sqlite3 raises on a broken file: texts that are no UTF-8 come as ValueError."""


class SpoolFile:
    """Raises DiskFault or Damaged; nothing was changed then. May be built in another thread than its owner's."""

    def __init__(self, path: str, *, check: bool = True) -> None:
        """Opened for writing. `check`: read it whole first, which takes a part of a second for thousands of presses."""
        self._path = path
        self.is_new = False
        self._count = 0
        self._commits = 0
        """Since the log was folded in."""
        try:
            self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        except UNREADABLE as error:
            raise self._why(error) from error
        try:
            self._begin()
            if check:
                self._check()
        except UNREADABLE as error:
            self._db.close()
            raise self._why(error) from error
        except Damaged:
            self._db.close()
            raise

    def __len__(self) -> int:
        return self._count

    def write(self, rows: Sequence[Spooled], drop: Collection[UUID] = (), *, again: bool = False) -> None:
        """Commit presses with their numbers, and forget settled ones on the same way: one sync for all of it.
        `again`: some may be here already, since a disk that reports an error may have written all the same."""
        insert = f"INSERT {'OR IGNORE ' if again else ''}{INTO}"
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                # the settled ones first: a full file has room where they were
                change = -sum(
                    self._db.execute("DELETE FROM press WHERE id = ?", (str(one),)).rowcount for one in drop
                )
                change += sum(self._db.execute(insert, to_row(one)).rowcount for one in rows)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except UNREADABLE as error:
            raise self._why(error) from error
        self._count += change
        self._commits += 1

    def prove(self, given: int) -> None:
        """Write and take back a press: only that shows that the disk takes one. The counter stands at `given` then."""
        row = (given + 1, "proof", 0, "", "", None, None, 0.0, "", None, 0)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.execute(f"INSERT {INTO}", row)
                self._db.execute("DELETE FROM press WHERE seq = ?", (given + 1,))
                self._db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'press'", (given,))
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except UNREADABLE as error:
            raise self._why(error) from error

    def fold(self, *, now: bool = False) -> None:
        """Bring what is in the write-ahead log into the file, when it is worth it or `now`. The log keeps its room on
        the disk and is written over: a full disk takes presses as long as the file has pages for them."""
        if self._commits >= FOLD_AFTER or now:
            self._commits = 0
            try:
                self._db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            except UNREADABLE as error:
                raise self._why(error) from error

    def has(self, press: UUID) -> bool:
        try:
            found = self._db.execute("SELECT 1 FROM press WHERE id = ?", (str(press),)).fetchone()
        except UNREADABLE as error:
            raise self._why(error) from error
        return found is not None

    def freshest(self, most: int, before: int, skip: Collection[UUID] = ()) -> list[Spooled]:
        """Up to `most` presses with the highest `seq` below `before`, highest first, without those of `skip`."""
        return self._read("WHERE seq < ? ORDER BY seq DESC", (before,), most, skip)

    def oldest(self, skip: Collection[UUID] = ()) -> Spooled | None:
        found = self._read("ORDER BY seq", (), 1, skip)
        return found[0] if found else None

    def counter(self) -> int:
        """The highest number that was ever committed here."""
        try:
            row = self._db.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'press'").fetchone()
            top = self._db.execute("SELECT max(seq) FROM press").fetchone()
        except UNREADABLE as error:
            raise self._why(error) from error
        if not isinstance(row[0], int | None) or not isinstance(top[0], int | None):
            raise Damaged("the counter is no number")
        return max(row[0] or 0, top[0] or 0)

    def close(self) -> None:
        self._db.close()

    def _begin(self) -> None:
        """BEGIN and ROLLBACK write nothing, and fail where nothing could be written."""
        self.is_new = self._db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'press'").fetchone() is None
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(TABLE)
        if self.is_new and self._path != MEMORY:
            self._take_room()
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("ROLLBACK")
        self._count = int(self._db.execute("SELECT count(*) FROM press").fetchone()[0])

    def _take_room(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for seq in range(1, ROOM_PAGES + 1):
            row = (seq, f"room {seq}", 0, "", "", None, None, 0.0, "x" * 3_500, None, 0)
            self._db.execute(f"INSERT {INTO}", row)
        self._db.execute("DELETE FROM press")
        self._db.execute("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'press'")
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _check(self) -> None:
        said = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        if said != ("ok",):
            raise Damaged(f"the spool file is damaged: {str(said[0])[:80]}")
        with closing(self._db.execute(SELECT)) as rows:
            for row in rows:
                spooled(row)
        if self.counter() > HIGHEST_SEQ:
            raise Damaged("the counter is beyond belief")

    def _read(self, what: str, given: tuple[int, ...], most: int, skip: Collection[UUID]) -> list[Spooled]:
        found: list[Spooled] = []
        try:
            with closing(self._db.execute(f"{SELECT} {what}", given)) as rows:
                for row in rows:
                    one = spooled(row)
                    if one.press.id not in skip:
                        found.append(one)
                        if len(found) == most:
                            break
        except UNREADABLE as error:
            raise self._why(error) from error
        return found

    def _why(self, error: BaseException) -> SpoolError:
        """What SQLite's error means for us."""
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            return SpoolError(f"cannot write the spool: {error}")
        text = f"{self._path}: {error}"[:200]
        if isinstance(error, MemoryError):
            return DiskFault(FaultKind.DISK_FAILED, text)
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _DAMAGE:
            return Damaged(text)
        return DiskFault(_kind(code, Path(self._path).parent), text)


def _kind(code: int, folder: Path) -> FaultKind:
    """SQLite's word first; where it only says that something failed, the file system knows more."""
    if code == sqlite3.SQLITE_FULL:
        return FaultKind.DISK_FULL
    if code == sqlite3.SQLITE_READONLY:
        return FaultKind.DISK_READ_ONLY
    try:
        disk = os.statvfs(folder)
    except OSError:
        return FaultKind.DISK_FAILED
    if disk.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
        return FaultKind.DISK_READ_ONLY
    return FaultKind.DISK_FULL if disk.f_bavail == 0 else FaultKind.DISK_FAILED
