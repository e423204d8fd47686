"""Real processes: the server is killed or stands still, a wrist rings by the plan, and there is one incident later."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlmodel import select

from pager_gateway.wall import kernel_clock_synced
from server.db.tables import StandInReport
from simulator.staff import Verb
from tests.live.processes import wait_until
from tests.live.whole_shop import LOGIN, WholeShop
from tests.live.whole_shop_rows import ZONES, address_of, label

pytestmark = pytest.mark.live

WITHIN_S = 5.0


@pytest.fixture
def shop() -> Iterator[WholeShop]:
    with WholeShop({"b1": 4, "b2": 4}, keeper=True) as made:
        wait_until(lambda: has_plan(made), "the keeper has its plan")
        yield made


def has_plan(shop: WholeShop) -> bool:
    """On its disk: what it still has after the worst."""
    path = next(iter((shop.folder / "gateway").glob("*.sqlite")), None)
    if path is None:
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as ledger:
        return ledger.execute("SELECT 1 FROM meta WHERE name = 'plan'").fetchone() is not None


def reports(shop: WholeShop) -> list[StandInReport]:
    with shop.db.reading() as session:
        return list(session.exec(select(StandInReport)))


def rings(unit: str, number: int) -> dict[tuple[str, str], int]:
    """What is felt for this button: its own zone, or everybody where the kernel does not vouch for the clock."""
    zones = (number,) if kernel_clock_synced()() else range(1, ZONES + 1)
    return {(address_of(zone), f"Z{number} {label(unit, number)} CALL"): 1 for zone in zones}


@pytest.mark.parametrize("trouble", ["killed", "frozen"])
def test_a_press_without_a_server_rings_in_five_seconds_and_is_one_incident_later(
    shop: WholeShop, trouble: str
) -> None:
    break_it, mend_it = {
        "killed": (shop.server.kill, shop.server.start),
        "frozen": (shop.server.freeze, shop.server.thaw),
    }[trouble]
    break_it()
    pushed = time.monotonic()
    shop.units["b1"].press(1)
    first_rings, second_rings = rings("b1", 1), rings("b2", 2)
    wait_until(lambda: bool(shop.felt()), "the wrist rings", WITHIN_S)
    assert time.monotonic() - pushed >= 2.5
    wait_until(lambda: dict(shop.felt()) == first_rings, "everybody who is called feels it once")
    wait_until(lambda: shop.units["b1"].light(1) == "called", "the button says so")
    shop.units["b2"].press(2)
    both = first_rings | second_rings
    wait_until(lambda: dict(shop.felt()) == both, "another customer's call rings", 2 * WITHIN_S)
    mend_it()
    wait_until(lambda: len(reports(shop)) == 2, "both reports are stored")
    wait_until(lambda: shop.count_presses() == 2, "both presses are stored")
    wait_until(lambda: not any(unit.waiting() for unit in shop.units.values()), "both have their receipts")
    wait_until(lambda: shop.open_pages() == 0, "every page is over")
    first, second = sorted(shop.incidents(), key=lambda one: one.device)
    assert (first.device, first.input, second.device, second.input) == ("b1", 1, "b2", 2)
    for incident in (first, second):
        assert incident.stood_in_at is not None
        assert 2.0 <= (incident.stood_in_at - incident.opened_at).total_seconds() <= WITHIN_S
        [press] = [one for one in shop.presses() if one.incident_id == incident.id]
        assert abs((press.pressed_at - incident.opened_at).total_seconds()) <= 2.0
    assert dict(shop.felt()) == both
    assert [page.state for page in shop.pages()] == ["transmitted"] * len(both)
    wait_until(lambda: shop.units["b1"].light(1) == "called", "the button still says so")
    assert shop.staff().act(LOGIN, first.number, Verb.ACKNOWLEDGE)
    wait_until(lambda: shop.units["b1"].light(1) == "coming", "the button says that somebody comes")
    wait_until(lambda: shop.units["b2"].light(2) == "called", "and so does the other one")
    assert shop.troubles() == []
