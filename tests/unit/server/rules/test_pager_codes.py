"""Digits and beeps for pagers without letters."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.facts import Button, Pager
from server.rules.pager_codes import (
    DIGITS,
    DRILL,
    LEAST_DIGITS,
    QUIET,
    Tone,
    numbered,
    numeric,
    tone,
)
from server.rules.wording import CALLS, page_body

PAGER = Pager(1, "Pager 1", 1, "g1", "t1", "1001", "numeric", "ascii", 16, 2, "en")
BUTTON = Button(7, "b3", 2, 1, "Dairy", "Milk shelf", "red", number=12)
REASONS = st.sampled_from(sorted(DIGITS))


@pytest.mark.parametrize(
    ("reason", "more", "found"),
    [
        ("step", {}, "12-1"),
        ("stand_in", {}, "12-1"),
        ("joined", {}, "12-3"),
        ("help", {}, "12-6"),
        ("taken", {}, "12-0"),
        ("step", {"quiet": True}, "12-7"),
        ("repeat", {"quiet": True}, "12-7"),
        ("undone", {"quiet": True}, "12-0"),
        ("step", {"drill": True}, "12-91"),
        ("taken", {"drill": True}, "12-90"),
        ("step", {"drill": True, "quiet": True}, "12-97"),
    ],
)
def test_the_button_comes_first_and_then_the_reason(reason: str, more: dict[str, bool], found: str) -> None:
    drill, quiet = more.get("drill", False), more.get("quiet", False)
    assert numeric(12, reason, 16, drill=drill, quiet=quiet) == found
    assert page_body(BUTTON, PAGER, reason, drill=drill, quiet=quiet) == found


def test_every_reason_has_a_digit_of_its_own_kind() -> None:
    assert set(DIGITS) == {*CALLS, "taken"}
    assert {*DIGITS.values(), QUIET, DRILL} == set(range(10))
    assert QUIET not in DIGITS.values() and DRILL not in DIGITS.values()


@pytest.mark.parametrize(
    ("longest", "call", "again", "drill"),
    [
        (6, "123-1", "123-3", "123-91"),
        (5, "123-1", "123-3", "123-9"),
        (4, "123", "-", "-"),
        (2, "-", "-", "-"),
    ],
)
def test_a_small_display_never_shows_another_buttons_number(
    longest: int, call: str, again: str, drill: str
) -> None:
    assert numeric(123, "step", longest) == call
    assert numeric(123, "again", longest) == again
    assert numeric(123, "step", longest, drill=True) == drill


@given(st.integers(0, 999), REASONS, st.integers(1, 20), st.booleans(), st.booleans())
def test_it_fits_and_is_made_of_digits(
    number: int, reason: str, longest: int, drill: bool, quiet: bool
) -> None:
    found = numeric(number, reason, longest, drill=drill, quiet=quiet)
    assert len(found) <= longest
    assert re.fullmatch(rf"{number}(-\d{{1,2}})?|-", found)
    if longest >= LEAST_DIGITS:
        assert found == f"{number}-{'9' if drill else ''}{found[-1]}"


@given(REASONS, st.booleans(), st.booleans())
def test_what_a_beep_means(reason: str, drill: bool, quiet: bool) -> None:
    found = tone(reason, drill=drill, quiet=quiet)
    assert (found is Tone.OVER) == (reason in ("taken", "undone"))
    assert (found is Tone.DRILL) == (drill and found is not Tone.OVER)
    if not drill and reason in ("step", "pass", "stand_in"):
        assert found is (Tone.HURRY if quiet else Tone.COME)


@pytest.mark.parametrize(
    ("offered", "beeps"), [(4, [1, 2, 3, 4]), (3, [1, 2, 3, 1]), (2, [1, 2, 1, 1]), (1, [1, 1, 1, 1])]
)
def test_a_pattern_that_the_transmitter_lacks_sounds_like_a_usual_call(
    offered: int, beeps: list[int]
) -> None:
    said = [tone(reason, offered=offered) for reason in ("step", "help", "taken")]
    assert [*said, tone("step", drill=True, offered=offered)] == beeps


def test_a_pager_that_only_beeps_gets_no_text() -> None:
    assert page_body(BUTTON, replace(PAGER, format="tone"), "step", drill=False) == ""


def test_a_number_stays_when_another_button_comes_or_goes() -> None:
    assert numbered([40, 3, 17]) == {3: 1, 17: 2, 40: 3}
    assert numbered([40, 3, 17, 41])[17] == 2
