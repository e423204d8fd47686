"""Brings the rows of one store to what somebody wants them to be, by natural keys, and counts what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        """The rows of this store by their natural key: one value, or a tuple of several."""
        column: Any = vars(table)["store_id"]
        found: dict[Any, Row] = {}
        for row in self.session.exec(select(table).where(column == self.store_id)):
            values = tuple(getattr(row, name) for name in key)
            found[values if len(key) > 1 else values[0]] = row
        return found

    def put(
        self, table: type[Row], had: dict[Any, Row], wanted: Mapping[Any, Mapping[str, Any]]
    ) -> dict[Any, Row]:
        """Add and change rows until they are as wanted; where the table knows `active`, the others are switched off.
        Gives every row by its key, also those that nobody wants."""
        sort = table.__name__.lower()
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

    def remove(self, sort: str, rows: Iterable[SQLModel]) -> None:
        for row in list(rows):
            self.session.delete(row)
            self.summary.count(self.summary.gone, sort)
        self.session.flush()

    def _change(self, row: SQLModel, values: Mapping[str, Any]) -> bool:
        news = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in news.items():
            setattr(row, name, value)
        return bool(news)
