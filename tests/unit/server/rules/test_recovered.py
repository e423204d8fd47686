"""Two rates, never mixed; a call may count in both, and nobody there counts in none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.incidents import Outcome
from server.rules.recovered import NOBODY_THERE, Rates, rates

CLOSED = st.lists(st.tuples(st.sampled_from([outcome.value for outcome in Outcome]), st.booleans()))


@pytest.mark.parametrize(
    ("closed", "found"),
    [
        ([], Rates(0)),
        ([("recovered", False), ("not_recovered", False)], Rates(2, 1, 0)),
        ([("recovered", True)], Rates(1, 1, 1)),
        ([("recovered_by_customer", True)], Rates(1, 0, 1)),
        ([("unanswered", False), ("left_before_contact", False), ("not_recorded", False)], Rates(3)),
        ([("false_press", False), ("abuse", False), ("drill", False)], Rates(0)),
    ],
)
def test_rates(closed: list[tuple[str, bool]], found: Rates) -> None:
    assert rates(closed) == found


@given(CLOSED)
def test_neither_is_more_than_all(closed: list[tuple[str, bool]]) -> None:
    found = rates(closed)
    assert 0 <= found.by_staff <= found.of
    assert 0 <= found.by_customer <= found.of
    assert found.of == sum(outcome not in NOBODY_THERE for outcome, _ in closed)


@given(CLOSED)
def test_a_green_press_changes_nothing_of_what_the_staff_said(closed: list[tuple[str, bool]]) -> None:
    silent = rates((outcome, False) for outcome, _ in closed)
    assert rates(closed).by_staff == silent.by_staff
