"""Zones and causes as trees: listed whole whatever the rows say, moved among neighbours only."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from server.web.setup.tree import in_order, moved, neighbours, within


@dataclass(frozen=True)
class Row:
    id: int
    parent_id: int | None
    position: int


ROWS = st.lists(st.tuples(st.none() | st.integers(1, 8), st.integers(0, 3)), max_size=8).map(
    lambda made: [Row(number, *one) for number, one in enumerate(made, start=1)]
)
"""Any rows at all: rings, parents that are not there, equal positions."""

SHOP = [
    Row(1, None, 0),
    Row(2, None, 1),
    Row(3, 2, 2),
    Row(4, 2, 3),
    Row(5, 3, 4),
    Row(6, None, 5),
]


def test_each_zone_stands_before_those_in_it() -> None:
    assert [(row.id, depth) for row, depth in in_order(SHOP)] == [
        (1, 0),
        (2, 0),
        (3, 1),
        (5, 2),
        (4, 1),
        (6, 0),
    ]
    assert within(SHOP, 2) == {2, 3, 4, 5}
    assert neighbours(SHOP, 2) == [1, 2, 6]
    assert neighbours(SHOP, 4) == [3, 4]


def test_a_zone_moves_with_all_that_lies_in_it() -> None:
    order = moved(SHOP, 2, True)
    assert order is not None
    again = [Row(row.id, row.parent_id, order.index(row.id)) for row in SHOP]
    assert [row.id for row, _ in in_order(again)] == [2, 3, 5, 4, 1, 6]


def test_the_first_one_goes_no_further_up_and_the_last_no_further_down() -> None:
    assert moved(SHOP, 1, True) is None
    assert moved(SHOP, 3, True) is None
    assert moved(SHOP, 6, False) is None


@given(ROWS)
def test_every_row_is_listed_once(rows: list[Row]) -> None:
    assert sorted(row.id for row, _ in in_order(rows)) == [row.id for row in rows]


@given(ROWS.filter(bool), st.data(), st.booleans())
def test_there_and_back_is_where_it_was(rows: list[Row], data: st.DataObject, up: bool) -> None:
    row_id = data.draw(st.sampled_from(rows)).id
    before = neighbours(rows, row_id)
    order = moved(rows, row_id, up)
    if order is None:
        assert before.index(row_id) == (0 if up else len(before) - 1)
        return
    assert sorted(order) == [row.id for row in rows]
    there = [Row(row.id, row.parent_id, order.index(row.id)) for row in rows]
    back = moved(there, row_id, not up)
    assert back is not None
    assert neighbours([Row(row.id, row.parent_id, back.index(row.id)) for row in rows], row_id) == before
