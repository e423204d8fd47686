"""Results twice, late and out of order; what is wished of a gateway."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import PageResult, PageState, Proof, Purpose, ResultError
from server.rules.facts import Page
from server.rules.incidents import State
from server.rules.pages import Wish, apply_result, end_of_waiting, wish
from tests.unit.server.rules.test_dedup import OPEN

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = Page(
    id=UUID(int=5),
    store_id="s1",
    incident_id=UUID(int=1),
    press_id=UUID(int=2),
    step=1,
    reason="step",
    pager_id=1,
    carrier_id=1,
    gateway="g1",
    transmitter="t1",
    address="1001",
    format="text",
    charset="ascii",
    body="DAIRY",
    alert=1,
    priority=2,
    purpose=Purpose.CALL,
    state=PageState.ORDERED,
    created_at=NOW,
    deadline_at=NOW + timedelta(seconds=120),
)
REPORTED = [state for state in PageState if state not in (PageState.QUEUED, PageState.ORDERED)]


def result(seq: int, state: PageState, attempt: int = 1) -> PageResult:
    return PageResult(
        page=PAGE.id, attempt=attempt, seq=seq, state=state, proof=Proof.ACCEPTED, transmitter="t1"
    )


def test_the_way_of_a_page() -> None:
    page = apply_result(PAGE, result(1, PageState.HELD), NOW)
    page = apply_result(page, result(2, PageState.TRANSMITTED), NOW)
    assert (page.state, page.proof, page.final_at) == (PageState.TRANSMITTED, "accepted", NOW)


def test_an_old_result_and_one_of_another_attempt_change_nothing() -> None:
    page = apply_result(PAGE, result(5, PageState.TRANSMITTING), NOW)
    assert apply_result(page, result(5, PageState.TRANSMITTED), NOW) is page
    assert apply_result(page, result(9, PageState.TRANSMITTED, attempt=2), NOW) is page
    assert apply_result(page, result(9, PageState.HELD), NOW) is page


@pytest.mark.parametrize(
    ("final", "later"), list(itertools.product([one for one in REPORTED if one.is_final], REPORTED))
)
def test_a_final_state_never_goes_back_and_confirmed_beats_all(final: PageState, later: PageState) -> None:
    page = apply_result(PAGE, result(1, final), NOW)
    after = apply_result(page, result(2, later), NOW)
    assert after.state is (PageState.CONFIRMED if later is PageState.CONFIRMED else final)


def test_an_error_is_kept_in_words() -> None:
    error = ResultError(code="511", text="No such pager", retry=False)
    page = apply_result(PAGE, result(1, PageState.FAILED).model_copy(update={"error": error}), NOW)
    assert (page.error_code, page.error_text, page.proof) == ("511", "No such pager", "none")


@given(st.permutations([(1, PageState.HELD), (2, PageState.TRANSMITTING), (3, PageState.TRANSMITTED)]))
def test_any_order_of_arrival_ends_in_the_same_final_state(order: list[tuple[int, PageState]]) -> None:
    page = PAGE
    for seq, state in [*order, *order]:
        page = apply_result(page, result(seq, state), NOW)
    assert page.state is PageState.TRANSMITTED


@pytest.mark.parametrize(
    ("state", "reason", "wished"),
    [
        (State.TRIGGERED, "step", Wish.ORDER),
        (State.ACKNOWLEDGED, "step", Wish.CANCEL),
        (State.ACKNOWLEDGED, "joined", Wish.ORDER),
        (State.ATTENDED, "joined", Wish.CANCEL),
        (State.CLOSED, "step", Wish.CANCEL),
    ],
)
def test_nobody_is_called_whom_nobody_needs(state: State, reason: str, wished: Wish) -> None:
    assert wish(replace(PAGE, reason=reason), replace(OPEN, state=state)) is wished


def test_a_page_that_nobody_answered_for_says_only_what_is_known() -> None:
    assert end_of_waiting(PAGE, NOW).state is PageState.EXPIRED
    assert end_of_waiting(replace(PAGE, held_at=NOW), NOW).state is PageState.UNKNOWN
