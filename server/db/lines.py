"""The transmitters of a store for people, and what takes over for each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.db.tables import Transmitter


@dataclass(frozen=True, slots=True)
class LineFacts:
    id: int
    gateway: str
    name: str
    driver: str
    state: str
    standby_id: int | None


def read_lines(session: Session, store_id: str) -> tuple[LineFacts, ...]:
    """In the order that people chose."""
    rows = session.exec(
        select(Transmitter)
        .where(Transmitter.store_id == store_id)
        .order_by(col(Transmitter.position), col(Transmitter.id))
    )
    return tuple(
        LineFacts(row.id, row.gateway, row.name, row.driver, row.state, row.standby_id)
        for row in rows
        if row.id is not None
    )


def set_standby(session: Session, row_id: int, standby_id: int | None) -> None:
    row = session.get_one(Transmitter, row_id)
    row.standby_id = standby_id
    session.add(row)
    session.flush()
