"""What a wrist reads: place first, fitted to the pager on purpose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.facts import Button, Pager
from server.rules.wording import CALLS, encode, page_body

BUTTON = Button(1, "b3", 2, 1, "Dairy", "Milk shelf", "red")
PAGER = Pager(1, "Pager 1", 1, "g1", "t1", "1001", "text", "ascii", 40, 1, "en")


def test_the_place_comes_first_and_the_reason_last() -> None:
    assert page_body(BUTTON, PAGER, "step", drill=False) == "DAIRY Milk shelf CALL"


def test_what_does_not_fit_loses_the_label_first() -> None:
    assert page_body(BUTTON, replace(PAGER, longest=12), "step", drill=False) == "DAIRY CALL"
    assert page_body(BUTTON, replace(PAGER, longest=5), "step", drill=False) == "DAIRY"


def test_a_long_place_is_cut_at_a_word_where_enough_is_left() -> None:
    long = replace(BUTTON, place="Fruit and vegetables")
    assert page_body(long, replace(PAGER, longest=11), "step", drill=False) == "FRUIT AND"


def test_a_drill_is_marked_to_the_wrist() -> None:
    assert page_body(BUTTON, PAGER, "step", drill=True).endswith("DRILL CALL")


@pytest.mark.parametrize(
    ("charset", "text"), [("ascii", "MOLOKO Milk shelf VYZOV"), ("cyrillic", "МОЛОКО Milk shelf ВЫЗОВ")]
)
def test_russian_on_both_kinds_of_pager(charset: str, text: str) -> None:
    pager = replace(PAGER, language="ru", charset=charset)
    assert page_body(replace(BUTTON, place="Молоко"), pager, "step", drill=False) == text


def test_a_numeric_pager_gets_the_buttons_number_and_a_tone_pager_nothing() -> None:
    assert page_body(BUTTON, replace(PAGER, format="numeric"), "step", drill=False) == "302"
    assert page_body(BUTTON, replace(PAGER, format="tone"), "step", drill=False) == ""


def test_every_reason_is_said_in_every_language() -> None:
    assert all(set(words) == {"en", "ru", "et"} for words in CALLS.values())


@given(st.text(max_size=60), st.text(max_size=40), st.integers(1, 60), st.sampled_from(sorted(CALLS)))
def test_it_always_fits_and_only_holds_what_the_pager_can_show(
    place: str, label: str, longest: int, reason: str
) -> None:
    body = page_body(
        replace(BUTTON, place=place, label=label),
        replace(PAGER, longest=longest, language="ru"),
        reason,
        drill=False,
    )
    assert len(body) <= longest
    assert body == encode(body, "ascii") and body.isascii() and (body.isprintable() or not body)
