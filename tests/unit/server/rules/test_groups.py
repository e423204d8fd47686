"""When one page to the capcode of a group replaces those to its members."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from server.rules.facts import Pager
from server.rules.groups import Ring, rings


def pager(number: int, **how: object) -> Pager:
    values: dict[str, object] = {
        "id": number,
        "label": f"P{number}",
        "carrier_id": number,
        "gateway": "g1",
        "transmitter": "t1",
        "address": f"{1000 + number}",
        "format": "text",
        "charset": "ascii",
        "longest": 40,
        "alert": 1,
        "language": "en",
    }
    return Pager(**{**values, **how})  # type: ignore[arg-type]


ONE, TWO, THREE, FOUR = (pager(number) for number in range(1, 5))
PAIR = pager(8, carrier_id=None, members=(1, 2))
TRIO = pager(9, carrier_id=None, members=(1, 2, 3))
ALL = (ONE, TWO, THREE, FOUR, PAIR, TRIO)


def ids(found: list[Ring]) -> list[int]:
    return [one.pager.id for one in found]


def test_every_member_is_called() -> None:
    found = rings((ONE, TWO), ALL)
    assert ids(found) == [8]
    assert found[0].members == ((1, 1), (2, 2))
    assert found[0].count == 2


def test_others_are_called_besides() -> None:
    assert ids(rings((FOUR, ONE, TWO), ALL)) == [4, 8]


def test_the_largest_group_first_and_nobody_twice() -> None:
    assert ids(rings((ONE, TWO, THREE, FOUR), ALL)) == [9, 4]


def test_one_member_who_must_not_be_called_keeps_the_group_silent() -> None:
    """On a break, passed it on, or called already."""
    assert ids(rings((ONE, THREE), ALL)) == [1, 3]


def test_not_when_a_member_shows_something_else() -> None:
    russian = replace(TWO, language="ru")
    known = (ONE, russian, PAIR)
    assert ids(rings((ONE, russian), known)) == [1, 2]


def test_not_over_a_transmitter_that_does_not_work() -> None:
    assert ids(rings((ONE, TWO), ALL, lambda group: False)) == [1, 2]


def test_a_member_that_is_not_in_use_any_more() -> None:
    assert ids(rings((ONE,), (ONE, PAIR))) == [1]


def test_a_group_that_is_called_by_name_names_its_members() -> None:
    (found,) = rings((PAIR,), ALL)
    assert (found.pager.id, found.members) == (8, ((1, 1), (2, 2)))


def test_a_group_of_one_is_no_group() -> None:
    alone = pager(7, carrier_id=None, members=(1,))
    assert ids(rings((ONE,), (ONE, alone))) == [1]


@given(st.sets(st.integers(1, 6)), st.lists(st.sets(st.integers(1, 6), min_size=1), max_size=4))
def test_whoever_is_called_rings_once_and_nobody_else_does(called: set[int], groups: list[set[int]]) -> None:
    single = [pager(number) for number in range(1, 7)]
    grouped = [pager(20 + at, carrier_id=None, members=tuple(sorted(one))) for at, one in enumerate(groups)]
    found = rings([one for one in single if one.id in called], (*single, *grouped))
    rung = [member for ring in found for member, _ in ring.members or ((ring.pager.id, None),)]
    assert sorted(rung) == sorted(called)
