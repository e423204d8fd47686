"""Whatever stands at the end of a line of the world's shop: it carries a page to the wrist, and can fail in its way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest

from pager_gateway import registry
from server import in_world
from server.in_world import Snapshot
from simulator.stage import Cable
from simulator.transmitters.base import Trouble
from simulator.world.lines import GARBLED, KINDS, Rang, draw_lines
from simulator.world.run import PAIR
from simulator.world.schedule import LINES
from simulator.world.shop import WorldShop
from simulator.world.stage import WorldStage

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANNA = "2001"
NO_TEXT = frozenset({"rf-bridge"})
"""Drivers whose watches show no text."""


@pytest.fixture(scope="module")
def ready() -> Iterator[Snapshot]:
    db = in_world.shop_database(PAIR)
    yield Snapshot(db)
    db.close()


def opened(ready: Snapshot, kind: str, standby: str = "tap") -> tuple[WorldShop, list[Rang]]:
    ready.restore()
    shop = WorldShop(PAIR, start=NOON, db=ready.db, kinds={"t1": KINDS[kind], "t2": KINDS[standby]})
    rang: list[Rang] = []
    shop.on_air.append(rang.append)
    shop.open()
    shop.advance(5)
    return shop, rang


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_carries_a_page_in_its_words(ready: Snapshot, kind: str) -> None:
    shop, rang = opened(ready, kind)
    WorldStage(shop).hand("b1.1", "press")
    shop.advance(9)
    shop.close()
    assert [(one.line, one.address, one.text) for one in rang[:1]] == [("t1", ANNA, "FLOOR Bread CALL")]


@pytest.mark.parametrize(
    "kind", ["tap", "espa444", "mmdvm-1", "pocsag-raw", "snpp", "scope", "comp2", "waveware"]
)
def test_the_standby_calls_when_the_cable_is_out(ready: Snapshot, kind: str) -> None:
    shop, rang = opened(ready, "tap", standby=kind)
    stage = WorldStage(shop)
    stage.cable("t1", Cable.PULL)
    stage.hand("b1.1", "press")
    shop.advance(9)
    shop.close()
    assert [(one.line, one.address) for one in rang[:1]] == [("t2", ANNA)]


def test_every_driver_that_carries_text_is_among_the_kinds() -> None:
    assert {one.driver for one in KINDS.values()} == set(registry.BUILT_IN) - NO_TEXT


def test_every_trouble_of_a_line_is_one_that_some_kind_can_have() -> None:
    assert set().union(*(one.can_fail for one in KINDS.values())) == set(LINES)
    assert GARBLED not in KINDS["snpp"].can_fail
    assert Trouble.REFUSE not in KINDS["pocsag-raw"].can_fail


def test_lines_are_drawn_by_driver_and_can_be_chosen() -> None:
    names = [f"t{number}" for number in range(400)]
    drawn = draw_lines(Random(1), names)
    assert drawn == draw_lines(Random(1), names)
    assert {one.driver for one in drawn.values()} == {one.driver for one in KINDS.values()}
    assert {one.name for one in draw_lines(Random(1), names, ["snpp", "tap-warm"]).values()} == {
        "snpp",
        "snpp-leaves",
        "snpp-short-sessions",
        "tap-warm",
    }
