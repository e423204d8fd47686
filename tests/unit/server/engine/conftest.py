"""The core on a bench, once per database engine."""

from __future__ import annotations

import pytest

from server.db.connect import Database
from tests import small_shop
from tests.engine_box import EngineBox


@pytest.fixture
def box(db: Database) -> EngineBox:
    with db.transaction() as session:
        small_shop.fill(session)
    return EngineBox(db)
