"""Codes for watches: which reasons share one, and that no two places do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.capcodes import code
from server.rules.facts import Button, Pager
from server.rules.watch_codes import CALLS, KEYS, SITES, CodeReason, code_reason, next_codes, own_codes
from server.rules.wording import CALLS as REASONS
from server.rules.wording import page_body

CODES = own_codes(0x12345, 0)
BUTTON = Button(
    1, "b1", 1, 1, "Dairy", "Shelf", "red", codes={reason.value: one for reason, one in CODES.items()}
)
WATCH = Pager(1, "Watches", None, "g1", "rf", "7", "code", "ascii", 6, 1, "en")


def test_a_code_is_the_place_and_the_key() -> None:
    assert CODES == {
        CodeReason.CALL: "123451",
        CodeReason.AGAIN: "123452",
        CodeReason.TAKEN: "123454",
        CodeReason.QUIET: "123458",
        CodeReason.DRILL: "123453",
    }
    assert KEYS.keys() == set(CodeReason)


@given(st.integers(0, SITES - 1), st.integers(0, SITES - 1))
def test_every_code_can_be_taught(site: int, number: int) -> None:
    codes = list(own_codes(site, number).values())
    assert len(set(codes)) == len(CodeReason)
    for one in codes:
        assert f"{code(one):06X}" == one


@given(st.integers(0, SITES - 1), st.lists(st.integers(0, 40), max_size=20), st.integers(1, 30))
def test_no_two_places_share_a_code_and_taken_ones_are_left_out(
    site: int, foreign: list[int], places: int
) -> None:
    taken = {own_codes(site, number)[CodeReason.QUIET] for number in foreign}
    used, given_out = 0, []
    for _ in range(places):
        codes, used = next_codes(site, used, taken)
        assert not taken & set(codes.values())
        taken |= set(codes.values())
        given_out += list(codes.values())
    assert len(set(given_out)) == places * len(CodeReason)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        *((one, CodeReason.CALL) for one in ("step", "pass", "help", "fallback", "stand_in")),
        *((one, CodeReason.AGAIN) for one in ("repeat", "again", "joined", "not_attended", "unknown")),
        *((one, CodeReason.TAKEN) for one in ("taken", "undone")),
    ],
)
def test_reasons_that_share_a_code(reason: str, expected: CodeReason) -> None:
    assert code_reason(reason, drill=False, quiet=False) is expected
    assert page_body(BUTTON, WATCH, reason, drill=False) == CODES[expected]


def test_no_reason_of_a_page_was_forgotten() -> None:
    known = {"step", "pass", "help", "fallback", "stand_in", "repeat", "again", "joined", "not_attended"}
    assert set(REASONS) == known | {"unknown", "undone"}


def test_quiet_calls_and_drills_have_codes_of_their_own() -> None:
    assert page_body(BUTTON, WATCH, "step", drill=True) == CODES[CodeReason.DRILL]
    assert page_body(BUTTON, WATCH, "repeat", drill=True, quiet=True) == CODES[CodeReason.QUIET]
    assert page_body(BUTTON, WATCH, "taken", drill=True, quiet=True) == CODES[CodeReason.TAKEN]
    assert set(CALLS) < set(CodeReason)


def test_a_place_without_codes_has_nothing_to_send() -> None:
    assert page_body(Button(1, "b1", 1, 1, "Dairy", "Shelf", "red"), WATCH, "step", drill=False) == ""
