"""What all tables have in common."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex
from sqlmodel import SQLModel

from server.db import tables

ROOT = Path(__file__).parents[4]


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


def test_the_validators_of_a_table_are_not_built_for_its_rows() -> None:
    """In a process of its own: whoever writes a row out as a dictionary has them built for good."""
    code = (
        "from server.db import tables\n"
        "for table in (tables.Zone, tables.Incident, tables.Page):\n"
        "    table()\n"
        "    assert not table.__pydantic_complete__, table"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
