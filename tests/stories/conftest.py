"""One shop per story, on a database in memory (the engine's own tests run on both engines)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.db.connect import Database
from server.db.upgrade import upgrade
from tests.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    db = Database("sqlite://")
    upgrade(db)
    made = Shop(db, tmp_path)
    yield made
    made.done()
    db.close()
