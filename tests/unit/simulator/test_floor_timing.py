"""Which push a page answers: named by its text, or the only one there is, or honestly unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.floor.timing import LONGEST_S, Push, answered_push

DAIRY = Push("b1.1", ("Dairy & Eggs", "Dairy"), 100.0)
WINE = Push("b2.1", ("Wine", "Wine"), 103.0)
COOL = Push("b3.1", ("Külmlett", "Köök"), 101.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DAIRY & EGGS #12", DAIRY),
        ("wine 3", WINE),
        ("KULMLETT", COOL),
        ("Bakery 1", None),
        ("0401", None),
        ("", None),
    ],
)
def test_among_several_pushes_only_a_name_decides(text: str, expected: Push | None) -> None:
    assert answered_push([DAIRY, COOL, WINE], text, 104.0) == expected


@pytest.mark.parametrize("text", ["", "0401-12"])
def test_a_pager_without_letters_answers_the_only_button(text: str) -> None:
    again = Push("b1.1", DAIRY.places, 102.0)
    assert answered_push([DAIRY, again], text, 104.0) == again


def test_a_text_that_names_another_place_is_not_claimed() -> None:
    assert answered_push([DAIRY], "Bakery", 101.0) is None


def test_the_newest_push_of_a_place_counts() -> None:
    again = Push("b1.1", DAIRY.places, 150.0)
    assert answered_push([DAIRY, again], "Dairy", 151.0) == again


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_never_a_push_of_the_future_or_of_long_ago(pushed: float, at: float) -> None:
    push = Push("b1.1", ("Dairy",), pushed)
    found = answered_push([push], "Dairy", at)
    assert (found is not None) == (0.0 <= at - pushed <= LONGEST_S)


def test_a_button_whose_names_nobody_knows_is_answered_when_no_other_was_pushed() -> None:
    new, dairy = Push("new-1.1", (), 1.0), Push("b1.1", ("Dairy",), 2.0)
    assert answered_push([new], "WINE 1 CALL", 3.0) == new
    assert answered_push([new, dairy], "WINE 1 CALL", 3.0) is None
