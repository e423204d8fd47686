"""A process that stood still: what waited in its socket has aged, and what is too old rings nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.live.processes import wait_until
from tests.live.whole_shop import WholeShop
from tests.live.whole_shop_rows import label

pytestmark = pytest.mark.live

TTL_S = 6
"""So long a fresh press may take to a wrist on a slow machine."""
STALE_S = TTL_S + 1.5
UNITS = {"b1": 4, "b2": 4}


@pytest.fixture
def shop() -> Iterator[WholeShop]:
    with WholeShop(UNITS, ttl_s=TTL_S) as made:
        yield made


def felt(shop: WholeShop) -> list[str]:
    return sorted(text for _, text in shop.felt())


def test_presses_of_a_frozen_server_are_history_and_fresh_ones_ring(shop: WholeShop) -> None:
    shop.server.freeze()
    for number in (1, 2, 3):
        for unit in shop.units.values():
            unit.press(number)
    wait_until(lambda: all(unit.accepted() == 3 for unit in shop.units.values()), "six presses are spooled")
    pushed = time.monotonic()
    wait_until(lambda: time.monotonic() - pushed > STALE_S, "the presses are too old to ring")
    assert shop.count_presses() == 0
    shop.server.thaw()
    wait_until(lambda: shop.count_presses() == 6, "all six are in history")
    wait_until(lambda: not any(unit.waiting() for unit in shop.units.values()), "all six have receipts")
    assert {press.state for press in shop.presses()} == {"late"}
    assert all(press.age_ms > 1000 * TTL_S for press in shop.presses())
    shop.units["b1"].press(4)
    wait_until(lambda: bool(shop.felt()), "a fresh press rings")
    wait_until(lambda: shop.open_pages() == 0, "its page is over")
    assert felt(shop) == [f"Z4 {label('b1', 4)} CALL"]
    assert [(row.device, row.input) for row in shop.incidents()] == [("b1", 4)]
    assert shop.server.running
    assert len(shop.server.pids) == 1
    assert shop.troubles() == []


def test_a_page_that_waited_in_a_frozen_gateway_is_never_transmitted(shop: WholeShop) -> None:
    shop.gateway.freeze()
    shop.units["b1"].press(1)
    wait_until(lambda: bool(shop.pages()), "the page is ordered")
    ordered = time.monotonic()
    wait_until(lambda: time.monotonic() - ordered > STALE_S, "the page is too old to ring")
    shop.gateway.thaw()
    wait_until(lambda: shop.open_pages() == 0, "the page is over")
    assert shop.pages()[0].state == "expired"
    shop.units["b1"].press(2)
    wait_until(lambda: bool(shop.felt()), "a fresh press rings")
    wait_until(lambda: shop.open_pages() == 0, "its page is over")
    # the page that was too old never rings; the call is still open, so it may be told anew, as what it is by now
    again = f"Z1 {label('b1', 1)} WAITING"
    assert [text for text in felt(shop) if text != again] == [f"Z2 {label('b1', 2)} CALL"]
    assert felt(shop).count(again) <= 1
    assert len(shop.gateway.pids) == 1
    assert shop.troubles() == []
