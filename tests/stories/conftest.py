"""One shop per story, on a database in memory (the engine's own tests run on both engines)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.db.connect import Database
from tests.databases import upgraded
from tests.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    yield from _shop(tmp_path, keeper=True)


@pytest.fixture
def unkept(tmp_path: Path) -> Iterator[Shop]:
    """A shop in which nobody stands in for a silent server."""
    yield from _shop(tmp_path, keeper=False)


def _shop(folder: Path, *, keeper: bool) -> Iterator[Shop]:
    db = Database("sqlite://")
    upgraded(db)
    made = Shop(db, folder, keeper=keeper)
    yield made
    made.done()
    db.close()
