"""The shop of these tests, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.db.connect import Database
from tests.unit.server.api.shop import Shop, shop_on


@pytest.fixture
def shop(db: Database) -> Iterator[Shop]:
    with shop_on(db) as made:
        yield made
