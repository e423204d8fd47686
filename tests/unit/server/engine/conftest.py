"""The core on a bench, once per database engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.db.connect import Database
from tests import small_shop
from tests.engine_box import EngineBox


@pytest.fixture
def box(db: Database) -> Iterator[EngineBox]:
    with db.transaction() as session:
        small_shop.fill(session)
    made = EngineBox(db)
    yield made
    made.close()
