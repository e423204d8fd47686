"""Statements of the hot path, compiled once and handed to the driver's own cursor.

SQLAlchemy spends 0.1 ms of every statement on looking up what it compiled last time and on wrapping the answer;
with seven statements a press that is most of the engine's work. Types still go through SQLAlchemy's own bind
processors, so a UUID or a moment looks the same whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, insert, update
from sqlalchemy.sql.dml import Insert, Update

Process = Callable[[Any], Any]


class Prepared:
    """One statement for one dialect. Parameters are given by name, values as the columns' types take them."""

    def __init__(self, statement: Insert | Update, columns: Mapping[str, Any], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(columns))
        self.sql = str(compiled)
        processors = {
            name: column.type.dialect_impl(dialect).bind_processor(dialect)
            for name, column in columns.items()
        }
        self._names: Sequence[str] = compiled.positiontup if compiled.positional else list(columns)  # type: ignore[assignment]
        self._processors: list[tuple[str, Process | None]] = [
            (name, processors[name]) for name in self._names
        ]
        self._positional = compiled.positional

    def parameters(self, values: Mapping[str, Any]) -> Any:
        found = [
            values[name] if process is None or values[name] is None else process(values[name])
            for name, process in self._processors
        ]
        return found if self._positional else dict(zip(self._names, found, strict=True))


class PreparedTable:
    """Inserts of whole rows and updates guarded by the state, for one table."""

    def __init__(self, table: Table, names: Iterable[str], dialect: Dialect) -> None:
        self._table = table
        self._dialect = dialect
        columns = {name: table.c[name] for name in names}
        self._insert = Prepared(insert(table), columns, dialect)
        self._updates: dict[tuple[str, ...], Prepared] = {}

    def insert(self, cursor: Any, rows: Sequence[Mapping[str, Any]]) -> None:
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
        values = {f"new_{name}": value for name, value in changes.items()}
        cursor.execute(made.sql, made.parameters({**values, "row_id": key, "old_state": old_state}))
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
