"""A unit that stands still with its socket open: the server says so within half a minute, by the broker's word."""

from __future__ import annotations

import time

import pytest
from sqlmodel import select

from server.db.tables import Fault
from tests.live.processes import wait_until
from tests.live.whole_shop import WholeShop

pytestmark = pytest.mark.live

WITHIN_S = 30.0


def open_faults(shop: WholeShop) -> list[tuple[str, str]]:
    with shop.db.reading() as session:
        rows = session.exec(select(Fault))
        return sorted((row.device, row.kind) for row in rows if row.ended_at is None)


def test_a_frozen_unit_is_dead_within_half_a_minute() -> None:
    with WholeShop({"b1": 1, "b2": 1}) as shop:
        unit = shop.units["b1"]
        assert open_faults(shop) == []
        unit.freeze()
        frozen = time.monotonic()
        wait_until(lambda: open_faults(shop) == [("b1", "dead")], "b1 is told to be dead", WITHIN_S + 5)
        assert time.monotonic() - frozen < WITHIN_S
        assert set(shop.online()) >= {"b2"}
        assert "b1" not in shop.online()
        unit.thaw()
        wait_until(lambda: open_faults(shop) == [], "b1 is back")
        assert shop.troubles() == []
