"""Zones and causes as trees: in which order they are listed, what lies in what, and moving among neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Node(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def position(self) -> int: ...


N = TypeVar("N", bound=Node)


def in_order(rows: Sequence[N]) -> list[tuple[N, int]]:
    """Each row with its depth, before those in it."""
    above = _parents(rows)
    below: dict[int | None, list[N]] = {}
    for row in sorted(rows, key=lambda row: (row.position, row.id)):
        below.setdefault(above[row.id], []).append(row)
    found: list[tuple[N, int]] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in below.get(parent, []):
            found.append((row, depth))
            walk(row.id, depth + 1)

    walk(None, 0)
    return found


def within(rows: Sequence[N], row_id: int) -> set[int]:
    """A row and all that lie in it: none of them may become its parent."""
    inside = {row_id}
    while True:
        more = {row.id for row in rows if row.parent_id in inside} - inside
        if not more:
            return inside
        inside |= more


def neighbours(rows: Sequence[N], row_id: int) -> list[int]:
    """Those of the same parent, in order."""
    above = _parents(rows)
    return [row.id for row, _ in in_order(rows) if above[row.id] == above[row_id]]


def moved(rows: Sequence[N], row_id: int, up: bool) -> list[int] | None:
    """The ids of all rows in their new order; None when it cannot go that way."""
    side = neighbours(rows, row_id)
    place = side.index(row_id)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(side):
        return None
    order = [row.id for row, _ in in_order(rows)]
    first, second = order.index(row_id), order.index(side[other])
    order[first], order[second] = order[second], order[first]
    return order


def _parents(rows: Sequence[N]) -> dict[int, int | None]:
    """Row -> its parent; None where that is not among the rows, and for a row that would lie in itself."""
    known = {row.id: row.parent_id for row in rows}
    return {
        row.id: row.parent_id if row.parent_id in known and not _rings(row.id, known) else None
        for row in rows
    }


def _rings(row_id: int, known: dict[int, int | None]) -> bool:
    up, walked = known[row_id], {row_id}
    while up is not None and up not in walked:
        walked.add(up)
        up = known.get(up)
    return up == row_id
