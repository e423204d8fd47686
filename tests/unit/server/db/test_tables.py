"""What all tables have in common."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex
from sqlmodel import SQLModel

from server.db import tables


def test_an_index_of_some_rows_is_one_on_both_databases() -> None:
    tables.as_on_postgresql()
    found = 0
    for table in SQLModel.metadata.tables.values():
        for index in table.indexes:
            where = [
                str(CreateIndex(index).compile(dialect=dialect)).partition(" WHERE ")[2]
                for dialect in (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]
            ]
            assert where[0] == where[1]
            found += bool(where[0])
    assert found == 2


@pytest.mark.parametrize("table", [tables.Zone, tables.Incident, tables.Page])
def test_the_validators_of_a_table_are_never_built(table: type[SQLModel]) -> None:
    table()
    assert not table.__pydantic_complete__
