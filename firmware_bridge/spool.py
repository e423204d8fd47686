"""SQLite file of unsettled presses: a press is a row here before it is anything else. One owner thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broker_config.messages import PressKind, Purpose
from firmware_bridge.errors import SpoolError

# AUTOINCREMENT is the persistent counter: committed with the row, never reused, not even after a delete.
_TABLE = """
CREATE TABLE IF NOT EXISTS press (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    input INTEGER NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    ref TEXT,
    via_input INTEGER,
    pushed_boot REAL NOT NULL,
    boot TEXT NOT NULL,
    wall TEXT,
    ttl_s INTEGER NOT NULL
) STRICT
"""
_COLUMNS = "id, input, kind, purpose, ref, via_input, pushed_boot, boot, wall, ttl_s"
_INSERT = f"INSERT INTO press ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)"  # noqa: S608
_SELECT = f"SELECT seq, {_COLUMNS} FROM press"  # noqa: S608


@dataclass(frozen=True, slots=True)
class NewPress:
    """A press as the finger made it. `pushed_boot`: boot seconds at the push, in the boot named `boot`."""

    id: UUID
    input: int
    pushed_boot: float
    boot: str
    ttl_s: int
    wall: datetime | None = None
    """Wall clock at the push; None unless it was synced."""
    kind: PressKind = PressKind.PRESS
    purpose: Purpose = Purpose.CALL
    ref: UUID | None = None
    """Of an undo: the press that is taken back."""
    via_input: int | None = None
    """The key that was used."""

    @property
    def is_shown(self) -> bool:
        """Whether the button's light and buzzer speak of it: a canary disturbs nobody, and what staff do at the
        button with a key, or quietly, is no news for the customer."""
        return self.kind is PressKind.PRESS and self.purpose is not Purpose.CANARY


@dataclass(frozen=True, slots=True)
class Spooled:
    """A press that is on the disk, with its place in the device's order."""

    seq: int
    press: NewPress


class Spool:
    """Raises SpoolError when the disk does not do what it must; nothing was kept then."""

    def __init__(self, path: str) -> None:
        """`path` of the file, or ":memory:". May be built in another thread than its owner's."""
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(_TABLE)
            self._count = int(self._db.execute("SELECT count(*) FROM press").fetchone()[0])
        except sqlite3.Error as error:
            raise SpoolError(f"cannot open the spool {path}: {error}. Check the data folder.") from error

    def __len__(self) -> int:
        return self._count

    def add(self, presses: Sequence[NewPress], drop: Iterable[UUID] = ()) -> list[Spooled]:
        """Commit presses, and forget settled ones on the same way: one sync for all of it."""
        gone, kept = list(drop), []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for press in presses:
                    row = self._db.execute(_INSERT, _row(press))
                    assert row.lastrowid is not None
                    kept.append(Spooled(row.lastrowid, press))
                deleted = sum(
                    self._db.execute("DELETE FROM press WHERE id = ?", (str(one),)).rowcount for one in gone
                )
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise SpoolError(f"cannot write the spool: {error}. Is the disk full or read-only?") from error
        self._count += len(kept) - deleted
        return kept

    def drop(self, ids: Iterable[UUID]) -> None:
        """Forget presses that have their receipt. Ids that are not here are fine."""
        self.add((), ids)

    def freshest(self, most: int, before: int | None = None) -> list[Spooled]:
        """Up to `most` presses with the highest `seq` (below `before`), highest first."""
        limit = 2**62 if before is None else before
        try:
            rows = self._db.execute(f"{_SELECT} WHERE seq < ? ORDER BY seq DESC LIMIT ?", (limit, most))
            return [_spooled(row) for row in rows]
        except sqlite3.Error as error:
            raise SpoolError(f"cannot read the spool: {error}. Is the disk damaged?") from error

    def oldest(self) -> Spooled | None:
        row = self._db.execute(f"{_SELECT} ORDER BY seq LIMIT 1").fetchone()
        return None if row is None else _spooled(row)

    def close(self) -> None:
        self._db.close()


def _row(press: NewPress) -> tuple[object, ...]:
    return (
        str(press.id),
        press.input,
        press.kind.value,
        press.purpose.value,
        None if press.ref is None else str(press.ref),
        press.via_input,
        press.pushed_boot,
        press.boot,
        None if press.wall is None else press.wall.isoformat(),
        press.ttl_s,
    )


def _spooled(
    row: tuple[int, str, int, str, str, str | None, int | None, float, str, str | None, int],
) -> Spooled:
    seq, press_id, number, kind, purpose, ref, via_input, pushed_boot, boot, wall, ttl_s = row
    return Spooled(
        seq,
        NewPress(
            UUID(press_id),
            number,
            pushed_boot,
            boot,
            ttl_s,
            None if wall is None else datetime.fromisoformat(wall),
            PressKind(kind),
            Purpose(purpose),
            None if ref is None else UUID(ref),
            via_input,
        ),
    )
