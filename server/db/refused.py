"""The refused list: one row per (store, device, reason, hour), so that a hostile client cannot fill the disk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel, col, select

from server.db.tables import Refused
from server.db.upsert import upsert


def count_refused(
    at: Connection | Session,
    store: str,
    device: str,
    reason: str,
    now: datetime,
    topic: str,
    detail: str,
    sample: bytes | str,
) -> None:
    """Count one refused message. Topic, detail and sample of the first one of the hour are kept, cut and made
    printable; for the others only the count and the time. `store` and `device` are empty when unknown."""
    connection = at.connection() if isinstance(at, Session) else at
    table = SQLModel.metadata.tables["refused"]
    values = {
        "store_id": printable(store, 32),
        "device": printable(device, 32),
        "reason": printable(reason, 16),
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "count": 1,
        "first_at": now,
        "last_at": now,
        "topic": printable(topic, 120),
        "detail": printable(detail, 200),
        "sample": printable(sample, 300),
    }
    key = ["store_id", "device", "reason", "hour"]
    again = {"count": table.c.count + 1, "last_at": now}
    new = upsert(connection, table).values(values)
    connection.execute(new.on_conflict_do_update(index_elements=key, set_=again))


def printable(raw: bytes | str, longest: int) -> str:
    """Foreign bytes as text that can be stored, logged and shown: nothing in it acts, and it is short."""
    raw = raw[: longest * 4]
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    safe = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode("ascii")
        for letter in text
    )
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def latest(session: Session, store: str, limit: int, before: int | None = None) -> list[Refused]:
    """The newest rows of a store, newest first; `before` is the id where the last look ended."""
    statement = select(Refused).where(Refused.store_id == store)
    if before is not None:
        statement = statement.where(col(Refused.id) < before)
    return list(session.exec(statement.order_by(col(Refused.id).desc()).limit(limit)))
