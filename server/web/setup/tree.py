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
    """Each row with its depth, before those in it. Whose parent is not among the rows stands at the top."""
    known = {row.id for row in rows}
    placed = sorted(rows, key=lambda row: (row.position, row.id))
    found: list[tuple[N, int]] = []
    seen: set[int] = set()

    def walk(parent: int | None, depth: int) -> None:
        for row in placed:
            top = parent is None and row.parent_id not in known
            if (top or (parent is not None and row.parent_id == parent)) and row.id not in seen:
                seen.add(row.id)
                found.append((row, depth))
                walk(row.id, depth + 1)

    walk(None, 0)
    found += [(row, 0) for row in placed if row.id not in seen]  # a ring has no beginning
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
    placed = in_order(rows)
    depth = {row.id: depth for row, depth in placed}
    parent = {row.id: row.parent_id if depth[row.id] else None for row, _ in placed}
    return [row.id for row, _ in placed if parent[row.id] == parent.get(row_id)]


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
