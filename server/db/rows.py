"""Brings the rows of one store to what somebody wants them to be, by natural keys, and counts what changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, select

Row = TypeVar("Row", bound=SQLModel)


@dataclass(slots=True)
class Summary:
    """Rows per sort: new, changed, switched off or removed. Shifts are counted by their weekdays."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)

    def count(self, what: dict[str, int], sort: str, by: int = 1) -> None:
        if by:
            what[sort] = what.get(sort, 0) + by

    def __bool__(self) -> bool:
        """Whether anything changed at all."""
        return bool(self.added or self.changed or self.gone)


class Rows:
    """All changes go through the caller's session; nothing is committed here."""

    def __init__(self, session: Session, store_id: str) -> None:
        self.session, self.store_id = session, store_id
        self.summary = Summary()

    def of(self, table: type[Row], *key: str) -> dict[Any, Row]:
        """The rows of this store by their natural key: one value, or a tuple of several. Of two that people gave the
        same name on screens the one in use counts, then the older one; the other one is switched off."""
        columns: Any = table
        rows = list(
            self.session.exec(select(table).where(columns.store_id == self.store_id).order_by(columns.id))
        )
        found: dict[Any, Row] = {}
        for row in sorted(rows, key=lambda row: not getattr(row, "active", True)):
            values = tuple(getattr(row, name) for name in key)
            first = found.setdefault(values if len(key) > 1 else values[0], row)
            if first is not row and getattr(row, "active", False) and self._change(row, {"active": False}):
                self.summary.count(self.summary.gone, _sort(table))
        return found

    def put(
        self, table: type[Row], had: dict[Any, Row], wanted: Mapping[Any, Mapping[str, Any]]
    ) -> dict[Any, Row]:
        """Add and change rows until they are as wanted; where the table knows `active`, the others are switched off.
        Gives every row by its key, also those that nobody wants."""
        sort = _sort(table)
        can_rest = "active" in table.model_fields
        for key, values in wanted.items():
            row = had.get(key)
            if row is None:
                had[key] = row = table(**values)
                self.session.add(row)
                self.summary.count(self.summary.added, sort)
            elif self._change(row, {**values, "active": True} if can_rest else values):
                self.summary.count(self.summary.changed, sort)
        if can_rest:
            for row in (row for key, row in had.items() if key not in wanted):
                if self._change(row, {"active": False}):
                    self.summary.count(self.summary.gone, sort)
        self.session.flush()
        return had

    def exactly(self, table: type[Row], columns: Sequence[str], wanted: Collection[tuple[Any, ...]]) -> None:
        """Rows without history: these and no others, each told by the values of all its columns."""
        had = self.of(table, *columns)
        self.remove(_sort(table), (row for key, row in had.items() if key not in wanted))
        new = {key: dict(zip(columns, key, strict=True)) | {"store_id": self.store_id} for key in wanted}
        self.put(table, {key: row for key, row in had.items() if key in wanted}, new)

    def above(self, had: Mapping[Any, Any], parents: Mapping[Any, Any], new: Collection[Any]) -> None:
        """Put each row of a tree below the one that it names; `new` are keys of rows that were counted already."""
        for key, parent in parents.items():
            row = had[key]
            if (
                self._change(row, {"parent_id": None if parent is None else had[parent].id})
                and key not in new
            ):
                self.summary.count(self.summary.changed, _sort(type(row)))
        self.session.flush()

    def point(
        self, had: Mapping[Any, Any], column: str, wanted: Mapping[Any, Any], new: Collection[Any]
    ) -> None:
        """What names other rows of the same table, once all of them have their ids; `new` as above."""
        for key, value in wanted.items():
            if self._change(had[key], {column: value}) and key not in new:
                self.summary.count(self.summary.changed, _sort(type(had[key])))
        self.session.flush()

    def remove(self, sort: str, rows: Iterable[SQLModel]) -> None:
        for row in list(rows):
            self.session.delete(row)
            self.summary.count(self.summary.gone, sort)
        self.session.flush()

    @staticmethod
    def positions(had: Mapping[Any, Any], keys: Sequence[Any]) -> dict[Any, int]:
        """A position for each key. Those that stand in this order already keep theirs, gaps and all."""
        there = [had[key] for key in keys if key in had]
        stand = [(row.position, row.id) for row in there]
        if len(there) == len(keys) and stand == sorted(stand):
            return {key: had[key].position for key in keys}
        return {key: place for place, key in enumerate(keys)}

    def _change(self, row: SQLModel, values: Mapping[str, Any]) -> bool:
        news = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in news.items():
            setattr(row, name, value)
        return bool(news)


def _sort(table: type[SQLModel]) -> str:
    return str(table.__tablename__).replace("_", " ")
