"""What the engine writes by hand-picked columns is every column there is."""

from __future__ import annotations

from dataclasses import fields

import pytest
from sqlmodel import SQLModel

from server.db.engine_write import PRESS_COLUMNS
from server.engine.work import JOURNAL_COLUMNS
from server.rules import facts


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("press", PRESS_COLUMNS),
        ("journal", ["id", *JOURNAL_COLUMNS]),
        ("incident", [field.name for field in fields(facts.Incident)]),
        ("page", [field.name for field in fields(facts.Page)]),
    ],
)
def test_no_column_is_forgotten(table: str, names: list[str]) -> None:
    assert sorted(names) == sorted(column.name for column in SQLModel.metadata.tables[table].columns)
