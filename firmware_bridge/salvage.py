"""What can be saved of a spool file that is damaged, or that lies where nothing can be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from firmware_bridge.counter import sync_folder
from firmware_bridge.errors import Damaged, SpoolError
from firmware_bridge.press import Spooled
from firmware_bridge.press_row import HIGHEST_SEQ, SELECT, spooled
from firmware_bridge.spool_file import MEMORY, UNREADABLE, SpoolFile

KEPT_ASIDE = 5
LOOKUPS = 5_000
"""Single numbers that are asked for, from each end of what a damaged page hides."""
_WAL, _SHM = "-wal", "-shm"


@dataclass(frozen=True, slots=True)
class Saved:
    """Presses, oldest first; and the file's own counter, if the file is whole."""

    rows: list[Spooled]
    counter: int | None


def read(path: Path) -> Saved:
    """Every press of the file and of its write-ahead log that can still be read. Never raises. A copy is read: so
    nothing has to be writable where the file is, and the file stays as evidence of what happened to it."""
    found: dict[int, Spooled] = {}
    counter: int | None = None
    with suppress(OSError, *UNREADABLE), tempfile.TemporaryDirectory(prefix="redbutton-spool-") as name:
        copy = Path(name) / path.name
        for end in ("", _WAL):
            with suppress(OSError):
                shutil.copyfile(f"{path}{end}", f"{copy}{end}")
        if copy.exists():
            counter = _counter(copy)
            with closing(sqlite3.connect(copy, isolation_level=None)) as db:
                _scan(db, found)
    if not found and counter is None:  # perhaps there is no room for a copy
        with suppress(*UNREADABLE):
            address = f"file:{quote(str(path))}?mode=ro&immutable=1"
            with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as db:
                _scan(db, found)
    once = {one.press.id: one for _, one in sorted(found.items())}
    return Saved(list(once.values()), counter)


def begin_anew(path: Path, rows: Iterable[Spooled], given: int) -> Path:
    """Put a new file with these presses in the place of the damaged one, and keep that aside. Returns where it lies.
    The new file is whole before the old one moves: see `finish`. Raises OSError, DiskFault."""
    new = _new(path)
    _remove(new)
    file = SpoolFile(str(new))
    try:
        file.write(list(rows))
        file.prove(given)
    finally:
        file.close()
    aside = _set_aside(path)
    finish(path)
    return aside


def finish(path: Path) -> None:
    """The last step of `begin_anew`, also after a crash in the middle of it."""
    if not path.exists() and _new(path).exists():
        _new(path).replace(path)
        sync_folder(path.parent)


def in_memory(rows: Iterable[Spooled]) -> SpoolFile:
    file = SpoolFile(MEMORY)
    file.write(list(rows))
    return file


def _set_aside(path: Path) -> Path:
    """The log goes first: SQLite would take it for one of the new file's."""
    start = f"{path.name}.broken-"
    numbers = sorted(
        int(one.name.removeprefix(start))
        for one in path.parent.glob(f"{start}*")
        if one.name.removeprefix(start).isdigit()
    )
    for number in numbers[: -(KEPT_ASIDE - 1)]:
        _remove(path.with_name(f"{start}{number}"))
    aside = path.with_name(f"{start}{numbers[-1] + 1 if numbers else 1}")
    with suppress(FileNotFoundError):
        os.replace(f"{path}{_WAL}", f"{aside}{_WAL}")
    with suppress(FileNotFoundError):
        path.replace(aside)
    Path(f"{path}{_SHM}").unlink(missing_ok=True)
    return aside


def _remove(path: Path) -> None:
    for end in ("", _WAL, _SHM):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _new(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _counter(copy: Path) -> int | None:
    try:
        file = SpoolFile(str(copy))
    except SpoolError:
        return None
    try:
        return None if file.is_new else file.counter()
    finally:
        file.close()


def _scan(db: sqlite3.Connection, found: dict[int, Spooled]) -> None:
    """From both ends up to where a page is broken, then number by number into what lies between."""
    db.execute("PRAGMA cell_size_check=ON")
    if _collect(db, "ORDER BY seq", (), found):
        return
    low = max(found, default=0)
    _collect(db, "ORDER BY seq DESC", (), found)
    high = min((seq for seq in found if seq > low), default=low + LOOKUPS)
    for seq in (*range(low + 1, min(high, low + LOOKUPS)), *range(max(low + LOOKUPS, high - LOOKUPS), high)):
        _collect(db, "WHERE seq = ?", (seq,), found)


def _collect(db: sqlite3.Connection, what: str, given: tuple[int, ...], found: dict[int, Spooled]) -> bool:
    """False: it came to a broken page. A row that is no press is passed over."""
    try:
        with closing(db.execute(f"{SELECT} {what}", given)) as rows:
            for row in rows:
                with suppress(Damaged):
                    one = spooled(row)
                    if 0 < one.seq <= HIGHEST_SEQ:
                        found[one.seq] = one
    except UNREADABLE:
        return False
    return True
