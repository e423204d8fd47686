"""How it ended, as typed: money in both spellings, errors by field, nothing guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.cause_tree import CauseFacts
from server.requests import Ending
from server.rules.incidents import SAID_BY_STAFF, Outcome
from server.rules.remedies import MOST_CENTS, Remedy
from server.web.frame.words import Words, read_catalogues
from server.web.incident.ending import LONGEST, TypedEnding, cents, read_ending, typed

T = Words("en", read_catalogues(), "UTC")
CAUSES = (
    CauseFacts(1, None, "service", "", True),
    CauseFacts(2, 1, None, "Too slow", True, 1),
    CauseFacts(3, None, "price", "", False),
    CauseFacts(4, 3, None, "Label wrong", True, 1),
)
FINE = TypedEnding("recovered", "2", "yes", "coupon", "4,50")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("  ", None),
        ("4,50", 450),
        ("4.50", 450),
        ("4,5", 450),
        ("4", 400),
        ("0", 0),
        ("4 €", 400),
        ("1 250,00", 125_000),
        ("1\u00a0250,00\u202f€", 125_000),
        ("100000", MOST_CENTS),
        ("007,01", 701),
    ],
)
def test_money_as_people_type_it(text: str, value: int | None) -> None:
    assert cents(text) == value


@pytest.mark.parametrize(
    "text", ["-1", "4,505", "4,50,1", "1.250,00", "x", "4e3", "٤", ",5", "4,", "100000,01", "9" * 30, "+4"]
)
def test_everything_else_is_no_money(text: str) -> None:
    with pytest.raises(ValueError, match=r"^.*$"):
        cents(text)


@given(st.integers(min_value=0, max_value=MOST_CENTS), st.sampled_from(",."))
def test_what_is_written_is_read(value: int, point: str) -> None:
    assert cents(f"{value // 100}{point}{value % 100:02}") == value


def test_the_whole_ending() -> None:
    ending, errors = read_ending(FINE, CAUSES, T)
    assert errors == {}
    assert ending == Ending(Outcome.RECOVERED, 2, True, Remedy.COUPON, 450)


@pytest.mark.parametrize("outcome", SAID_BY_STAFF)
def test_only_the_outcome_must_be_said(outcome: Outcome) -> None:
    assert read_ending(TypedEnding(outcome), CAUSES, T) == (Ending(outcome), {})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("outcome", ""),
        ("outcome", "drill"),
        ("outcome", "recovered_by_customer"),
        ("cause", "3"),
        ("cause", "4"),
        ("cause", "99"),
        ("cause", "service"),
        ("cause", "²"),
        ("apology", "perhaps"),
        ("remedy", "car"),
        ("cost", "much"),
    ],
)
def test_a_wrong_field_is_named_alone(field: str, text: str) -> None:
    ending, errors = read_ending(replace(FINE, **{field: text}), CAUSES, T)
    assert ending is None
    assert list(errors) == [field]


@pytest.mark.parametrize("remedy", ["", "none"])
def test_money_without_a_remedy_is_asked_about(remedy: str) -> None:
    ending, errors = read_ending(replace(FINE, remedy=remedy), CAUSES, T)
    assert ending is None
    assert list(errors) == ["cost"]
    assert read_ending(replace(FINE, remedy=remedy, cost="0"), CAUSES, T)[1] == {}


@given(
    st.dictionaries(
        st.sampled_from(["outcome", "cause", "apology", "remedy", "cost", "x"]), st.text(max_size=80)
    )
)
def test_no_nonsense_breaks_it(fields: dict[str, str]) -> None:
    given_ = typed(fields)
    ending, errors = read_ending(given_, CAUSES, T)
    assert (ending is None) == bool(errors)
    assert len(given_.cost) <= LONGEST
