"""Records a period of a store into a file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from sqlmodel import select

from broker_config.errors import SetupError
from server.db.connect import Database
from server.db.tables import Store
from server.replay.file import write
from server.replay.lines import FIRST_YEAR, LAST_YEAR, End
from server.replay.record import head, lines
from server.setup import NO_SHOP, need_newest


def make_record(
    db: Database, store: str | None, first_day: date, last_day: date, out: Path, now: datetime
) -> End:
    """`store` may be left out where there is only one. Raises SetupError."""
    if last_day < first_day:
        raise SetupError(f"--from {first_day} is after --to {last_day}: turn them round")
    if first_day.year < FIRST_YEAR or last_day.year > LAST_YEAR:
        raise SetupError(f"--from and --to lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    need_newest(db)
    with db.reading() as session:
        known = sorted(session.exec(select(Store.id)))
        if store is None and len(known) != 1:
            raise SetupError(f"say which store: --store {' or --store '.join(known)}" if known else NO_SHOP)
        top = head(session, store or known[0], first_day, last_day, now)
    return write(out, top, lines(db, top.store, top.begins_at, top.ends_at))
