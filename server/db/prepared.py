"""Statements of the hot path, compiled once and handed to the driver's own cursor.

SQLAlchemy spends 0.1 ms of every statement on looking up what it compiled last time and on wrapping the answer;
with seven statements a press that is most of the engine's work. Types still go through SQLAlchemy's own bind
processors, so a UUID or a moment looks the same whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, insert, update
from sqlalchemy.sql.dml import Insert, Update

Process = Callable[[Any], Any]


class Prepared:
    """One statement for one dialect. `columns`: parameter name -> column, in the order in which values come."""

    def __init__(self, statement: Insert | Update, columns: Mapping[str, Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(columns))
        self.sql = str(compiled)
        self._names = tuple(columns)
        processors = [
            column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns.values()
        ]
        self._processors: list[tuple[int, Process]] = [
            (index, process) for index, process in enumerate(processors) if process is not None
        ]
        order = tuple(compiled.positiontup or ()) if compiled.positional else None
        self._order = None if order is None else [self._names.index(name) for name in order]
        if self._order == sorted(range(len(columns))):
            self._order = []  # the values come as the statement takes them

    def parameters(self, values: Sequence[Any]) -> Any:
        found = list(values)
        for index, process in self._processors:
            if found[index] is not None:
                found[index] = process(found[index])
        if self._order is None:
            return dict(zip(self._names, found, strict=True))
        return [found[index] for index in self._order] if self._order else found


class PreparedTable:
    """Inserts of whole rows and updates guarded by the state, for one table. A row is a sequence in the order of
    `names`."""

    def __init__(self, table: Table, names: Sequence[str], dialect: Dialect) -> None:
        self._table = table
        self._dialect = dialect
        self._insert = Prepared(insert(table), {name: table.c[name] for name in names}, dialect)
        self._updates: dict[tuple[str, ...], Prepared] = {}

    def insert(self, cursor: Any, rows: Sequence[Sequence[Any]]) -> None:
        made = self._insert
        if len(rows) == 1:
            cursor.execute(made.sql, made.parameters(rows[0]))
        else:
            cursor.executemany(made.sql, [made.parameters(row) for row in rows])

    def update(self, cursor: Any, key: Any, old_state: str, changes: Mapping[str, Any]) -> bool:
        """False: no such row in that state."""
        names = tuple(changes)
        made = self._updates.get(names)
        if made is None:
            made = self._updates[names] = self._prepare(names)
        cursor.execute(made.sql, made.parameters((*changes.values(), key, old_state)))
        return bool(cursor.rowcount == 1)

    def _prepare(self, names: tuple[str, ...]) -> Prepared:
        table = self._table
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"), table.c.state == bindparam("old_state"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        columns = {f"new_{name}": table.c[name] for name in names}
        return Prepared(
            statement, {**columns, "row_id": table.c.id, "old_state": table.c.state}, self._dialect
        )
