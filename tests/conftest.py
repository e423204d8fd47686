"""Fixtures that every test may use. What they are made of is imported late: most tests need no database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from server.db.connect import Database
    from tests.databases import Databases

settings.register_profile("shared-machine", deadline=None, max_examples=50)
settings.load_profile("shared-machine")

_UNIT = "tests/unit/server/"
POSTGRES_TOO = ("db/", "web/", "engine/test_presses.py", "api/test_incidents.py")
"""What is tried on PostgreSQL in every run. The rest of the engine and the API says nothing to a database that these do
not say; `make test-long` tries it there all the same."""

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.live))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`LIVE=off` skips what needs a real broker, database, pty or browser. Nothing else does: a live part that
    is missing fails the run, since a silent skip would look like a pass."""
    for item in items:
        path = item.path.as_posix().rpartition(_UNIT)[2]
        if _on_postgres(item) and path.startswith(("engine/", "api/")) and not path.startswith(POSTGRES_TOO):
            item.add_marker(pytest.mark.long)
    if os.environ.get("LIVE", "").lower() == "off":
        skip = pytest.mark.skip(reason="LIVE=off")
        for item in items:
            if "live" in item.keywords:
                item.add_marker(skip)


def _on_postgres(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and "postgres" in call.params.values()


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
