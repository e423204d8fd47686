"""The causes of a store as a tree, in the order in which people choose from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.db.tables import Cause


@dataclass(frozen=True, slots=True)
class CauseFacts:
    id: int
    parent_id: int | None
    code: str | None
    """Of a built-in one: its name is translated as long as nobody renamed it."""
    name: str
    active: bool
    depth: int = 0


def causes(session: Session, store_id: str) -> tuple[CauseFacts, ...]:
    """Each cause before those under it; switched off ones too, since history names them."""
    rows = session.exec(
        select(Cause).where(Cause.store_id == store_id).order_by(col(Cause.position), col(Cause.id))
    ).all()
    found: list[CauseFacts] = []
    known = {row.id for row in rows}
    seen: set[int | None] = set()

    def walk(parent: int | None, depth: int) -> None:
        for row in rows:
            here = row.parent_id == parent or (parent is None and row.parent_id not in known)
            if here and row.id is not None and row.id not in seen:
                seen.add(row.id)
                found.append(CauseFacts(row.id, row.parent_id, row.code, row.name, row.active, depth))
                walk(row.id, depth + 1)

    walk(None, 0)
    return tuple(found)


def to_choose(found: Sequence[CauseFacts]) -> tuple[CauseFacts, ...]:
    """Without what is switched off, and without what hangs under it."""
    alive: dict[int, bool] = {}
    for one in found:
        alive[one.id] = one.active and (one.depth == 0 or alive.get(one.parent_id or 0, True))
    return tuple(one for one in found if alive[one.id])


def within(found: Sequence[CauseFacts], cause: int) -> frozenset[int]:
    """A cause and all under it."""
    inside = {cause}
    for one in found:  # parents come first
        if one.parent_id in inside:
            inside.add(one.id)
    return frozenset(inside)


def cause_named(found: Sequence[CauseFacts], wanted: int | str) -> int | None:
    """The id of a cause that may be chosen now, by its id or by the code of a built-in one."""
    for one in to_choose(found):
        if one.id == wanted or (one.code is not None and one.code == wanted):
            return one.id
    return None
