"""A shop file as facts: what loading it into a database and reading it there would give."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.db.engine_store import read_store
from server.db.shop import load_shop
from server.replay.lines import DutyPart
from server.replay.shop import store_of
from server.rules.facts import DutyKind, Store
from server.shop_file import parse_shop, read_shop
from tests.unit.server.db.test_shop import full
from tests.unit.server.replay.month import shop
from tests.unit.server.test_shop_file import EXAMPLE, small
from tests.unit.server.web.stage import memory

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def by_way_of_the_database(table: dict[str, Any]) -> Store:
    db = memory()
    with db.transaction() as session:
        load_shop(session, parse_shop(table))
    with db.reading() as session:
        found = read_store(session, table["store"]["id"], NOW)
    db.close()
    assert found is not None
    return found


def plain(store: Store) -> Store:
    """Without what only a database has, and what has no order in the order of its words."""
    return replace(
        store,
        revision=0,
        causes=frozenset(),
        shifts=tuple(sorted(store.shifts, key=str)),
        opening=tuple(sorted(store.opening, key=str)),
        special_days=tuple(sorted(store.special_days, key=str)),
        policies={
            key: replace(one, hours=tuple(sorted(one.hours, key=str))) for key, one in store.policies.items()
        },
    )


@pytest.mark.parametrize("table", [small(), full(), shop()], ids=["small", "full", "made up"])
def test_the_same_facts_as_by_way_of_the_database(table: dict[str, Any]) -> None:
    assert plain(store_of(parse_shop(table))) == plain(by_way_of_the_database(table))


def test_the_example_is_a_shop() -> None:
    store = store_of(read_shop(EXAMPLE))
    assert store.buttons
    assert store.policies


def test_dated_exceptions_of_people_and_zones_that_are_there() -> None:
    def duty(who: str, zone: str | None) -> DutyPart:
        return DutyPart(
            who=who, kind=DutyKind.HERE, zone=zone, starts_at=NOW, ends_at=NOW + timedelta(hours=1)
        )

    duties = [duty("P2", "Zone 3"), duty("P3", "Cellar"), duty("XX", None), duty("P1", None)]
    found = store_of(parse_shop(shop()), duties).duties
    assert [(one.carrier_id, one.zone_id) for one in found] == [(2, 3), (3, None), (1, None)]
