"""The pairing costs as little as the best of all that are possible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.pairs import pairs

ALONE = 3.0


def price(left: list[int], right: list[int], found: list[tuple[int, int]]) -> float:
    apart = sum(abs(left[i] - right[j]) for i, j in found)
    return apart + ALONE * (len(left) + len(right) - 2 * len(found))


def cheapest(left: list[int], right: list[int]) -> float:
    if not left or not right:
        return ALONE * (len(left) + len(right))
    return min(
        cheapest(left[1:], right) + ALONE,
        cheapest(left, right[1:]) + ALONE,
        cheapest(left[1:], right[1:]) + abs(left[0] - right[0]),
    )


@given(st.lists(st.integers(0, 20), max_size=5), st.lists(st.integers(0, 20), max_size=5))
def test_no_other_pairing_is_cheaper(left: list[int], right: list[int]) -> None:
    found = pairs(left, right, lambda a, b: abs(a - b), lambda _: ALONE, lambda _: ALONE)
    assert price(left, right, found) == cheapest(left, right)
    assert found == sorted(found)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)


def test_a_long_list_with_holes_is_paired_at_the_right_places() -> None:
    left = list(range(0, 2_000, 2))
    right = [one for one in left if one % 7]
    found = pairs(left, right, lambda a, b: 5.0 * abs(a - b), lambda _: 1.0, lambda _: 9.0)
    assert [(left[i], right[j]) for i, j in found] == [(one, one) for one in right]
