"""What was taken and what became of it, on disk: one row per page, one per call of the stand-in. The reason nothing is
transmitted twice.

SQLite in WAL with `synchronous=NORMAL`: a killed process loses nothing; a power cut may take back the last commits,
which is at worst one doubled page. Result numbers (`seq`) are reserved in blocks with a full sync, so that no
number is used twice even then. Only the gateway's own thread comes here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from uuid import UUID

from broker_config.messages import PageState
from pager_gateway.errors import LedgerError

SEQ_BLOCK = 100_000
KEEP_S = 7 * 86_400.0
KEEP_ROWS = 100_000
CACHE_KIB = 512

_SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    page BLOB PRIMARY KEY, attempt INTEGER NOT NULL, state TEXT NOT NULL, doubted INTEGER NOT NULL,
    arrived_at REAL NOT NULL, expires_at REAL NOT NULL, boot TEXT NOT NULL, wall REAL NOT NULL,
    seq INTEGER NOT NULL, payload BLOB, result BLOB
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS page_open ON page (state) WHERE state IN ('held', 'transmitting');
CREATE INDEX IF NOT EXISTS page_wall ON page (wall);
CREATE TABLE IF NOT EXISTS call (
    id BLOB PRIMARY KEY, boot TEXT NOT NULL, pressed_at REAL NOT NULL, expires_at REAL NOT NULL, pressed_wall REAL,
    wall REAL NOT NULL, open INTEGER NOT NULL, stood_down INTEGER NOT NULL, taken_back INTEGER NOT NULL,
    report BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_COLUMNS = "page, attempt, state, doubted, arrived_at, expires_at, boot, wall, seq, payload, result"
_AGAIN = (
    "ON CONFLICT (page) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:] if name != "payload")
    + ", payload = coalesce(excluded.payload, payload)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """The latest attempt of one page; 0: the stand-in's, and no order has asked for it yet. `payload` is the order as
    it came (None: as the ledger has it; or a cancel came first), `result` the last result as it was published;
    `arrived_at` and `expires_at` are boot-time seconds of `boot`."""

    page: UUID
    attempt: int
    state: PageState
    doubted: bool
    arrived_at: float
    expires_at: float
    boot: str
    wall: float
    """Epoch seconds, for tidying only."""
    seq: int
    payload: bytes | None
    result: bytes | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call of the stand-in. `report` is the FallbackReport as it would be said now, without its age; `open` until
    the server has it. Moments as in `Row`; `pressed_wall` is None when the clock was not sure."""

    id: UUID
    boot: str
    pressed_at: float
    expires_at: float
    pressed_wall: float | None
    wall: float
    open: bool
    stood_down: bool
    taken_back: bool
    report: bytes


class Ledger:
    """`path` may be ":memory:". Raises LedgerError when the file cannot be used."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        try:
            self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            self._db.executescript(_SCHEMA)
            self._seq, self._seq_end = 0, 0
            self._reserve()
            self._db.execute("PRAGMA synchronous=NORMAL")
        except sqlite3.Error as error:
            raise LedgerError(
                f"cannot use the ledger {self._path}: {error}; check folder, rights and disk"
            ) from error

    def close(self) -> None:
        self._db.close()

    def next_seq(self) -> int:
        """Grows over restarts and power cuts; gaps mean nothing."""
        self._seq += 1
        if self._seq >= self._seq_end:
            self._reserve()
        return self._seq

    def get(self, page: UUID) -> Row | None:
        found = self._db.execute(f"SELECT {_COLUMNS} FROM page WHERE page = ?", (page.bytes,)).fetchone()  # noqa: S608
        return None if found is None else _row(found)

    def put(self, rows: Iterable[Row], calls: Iterable[CallRow] = ()) -> None:
        """All of them in one commit."""
        values = [
            (
                row.page.bytes,
                row.attempt,
                row.state.value,
                row.doubted,
                row.arrived_at,
                row.expires_at,
                row.boot,
                row.wall,
                row.seq,
                row.payload,
                row.result,
            )
            for row in rows
        ]
        called = [(call.id.bytes, *astuple(call)[1:]) for call in calls]
        if not values and not called:
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                f"INSERT INTO page ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?) {_AGAIN}",  # noqa: S608
                values,
            )
            self._db.executemany("INSERT OR REPLACE INTO call VALUES (?,?,?,?,?,?,?,?,?,?)", called)
            self._db.execute("COMMIT")
        except sqlite3.Error:
            self._db.execute("ROLLBACK")
            raise

    def unfinished(self) -> Iterator[Row]:
        """Rows without a final state, oldest first: what a restart has to deal with."""
        query = f"SELECT {_COLUMNS} FROM page WHERE state IN ('held', 'transmitting') ORDER BY arrived_at"  # noqa: S608
        for found in self._db.execute(query).fetchall():
            yield _row(found)

    def calls(self) -> Iterator[CallRow]:
        """What is not reported yet, and the newest of the rest: whoever presses again may be one with them."""
        query = "SELECT * FROM call WHERE open UNION SELECT * FROM (SELECT * FROM call ORDER BY wall DESC LIMIT 500)"
        for found in sorted(self._db.execute(query).fetchall(), key=lambda row: row[2]):
            flags = [bool(flag) for flag in found[6:9]]
            yield CallRow(UUID(bytes=found[0]), *found[1:6], *flags, bytes(found[9]))  # type: ignore[call-arg]

    def tidy(self, wall: float) -> int:
        """Forget finished pages that are old or too many, and old calls that were reported. Returns how many pages
        went."""
        self._db.execute("DELETE FROM call WHERE NOT open AND wall < ?", (wall - KEEP_S,))
        done = "state NOT IN ('held', 'transmitting')"
        gone = self._db.execute(f"DELETE FROM page WHERE {done} AND wall < ?", (wall - KEEP_S,)).rowcount  # noqa: S608
        count = self._db.execute("SELECT count(*) FROM page").fetchone()[0]
        if count > KEEP_ROWS:
            gone += self._db.execute(
                f"DELETE FROM page WHERE {done} AND page IN (SELECT page FROM page ORDER BY wall LIMIT ?)",  # noqa: S608
                (count - KEEP_ROWS,),
            ).rowcount
        return gone

    def note(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> str | None:
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def _reserve(self) -> None:
        start = max(self._seq, int(self.noted("seq") or 0))
        self.note("seq", str(start + SEQ_BLOCK))
        self._seq, self._seq_end = max(self._seq, start), start + SEQ_BLOCK


def _row(found: tuple[object, ...]) -> Row:
    page, attempt, state, doubted, arrived, expires, boot, wall, seq, payload, result = found
    return Row(
        UUID(bytes=page),  # type: ignore[arg-type]
        attempt,  # type: ignore[arg-type]
        PageState(str(state)),
        bool(doubted),
        arrived,  # type: ignore[arg-type]
        expires,  # type: ignore[arg-type]
        boot,  # type: ignore[arg-type]
        wall,  # type: ignore[arg-type]
        seq,  # type: ignore[arg-type]
        payload,  # type: ignore[arg-type]
        result,  # type: ignore[arg-type]
    )
