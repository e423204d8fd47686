"""Fixtures that every test may use. What they are made of is imported late: most tests need no database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from server.db.connect import Database
    from tests.databases import Databases

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.live))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    from tests.databases import Databases

    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=ENGINES)
def db(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Database]:
    """A database of this test's own with the newest tables and no rows: once per engine."""
    made, remove = databases.make(request.param)
    yield made
    remove()


@pytest.fixture(params=ENGINES)
def empty_db(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Database]:
    """As `db`, without a table."""
    made, remove = databases.make(request.param, empty=True)
    yield made
    remove()
