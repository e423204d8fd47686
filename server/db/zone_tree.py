"""Zones as a tree: to choose from, and to look into a zone with all that lies in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.db.tables import Zone


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    id: int
    parent_id: int | None
    name: str
    depth: int = 0


def zones(session: Session, store_id: str) -> tuple[ZoneFacts, ...]:
    """Each zone before those in it; a ring in the tree is cut."""
    rows = session.exec(
        select(Zone).where(Zone.store_id == store_id).order_by(col(Zone.position), col(Zone.name))
    ).all()
    known = {row.id for row in rows}
    found: list[ZoneFacts] = []
    seen: set[int | None] = set()

    def walk(parent: int | None, depth: int) -> None:
        for row in rows:
            here = row.parent_id == parent or (parent is None and row.parent_id not in known)
            if here and row.id is not None and row.id not in seen:
                seen.add(row.id)
                found.append(ZoneFacts(row.id, row.parent_id, row.name, depth))
                walk(row.id, depth + 1)

    walk(None, 0)
    for row in rows:  # a ring has no beginning: what is left over stands at the top
        if row.id is not None and row.id not in seen:
            found.append(ZoneFacts(row.id, None, row.name))
    return tuple(found)


def within(found: Sequence[ZoneFacts], zone: int) -> frozenset[int]:
    """A zone and all zones in it."""
    inside = {zone}
    for one in found:  # parents come first
        if one.parent_id in inside:
            inside.add(one.id)
    return frozenset(inside)
