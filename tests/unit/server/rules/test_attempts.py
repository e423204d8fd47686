"""A page on two gateways: the best of its attempts is its state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import PageResult, PageState, Proof
from server.rules.attempts import MOST, given_up, heard, moved, routes_of
from server.rules.facts import Page
from tests.unit.server.rules.test_pages import NOW
from tests.unit.server.rules.test_pages import PAGE as ONE_WAY

PAGE = replace(ONE_WAY, ways=(("g1", "t1"), ("g2", "t2")))
SAYABLE = [state for state in PageState if state not in (PageState.QUEUED, PageState.ORDERED)]


def result(
    seq: int, state: PageState, attempt: int = 1, proof: Proof = Proof.ACCEPTED, transmitter: str = "t1"
) -> PageResult:
    return PageResult(
        page=PAGE.id, attempt=attempt, seq=seq, state=state, proof=proof, transmitter=transmitter
    )


def on_second() -> Page:
    return moved(PAGE, "g2", NOW + timedelta(seconds=4), sendable=True)


class TestMoved:
    def test_it_is_a_new_attempt_and_the_old_one_is_kept(self) -> None:
        page = on_second()
        assert (page.gateway, page.transmitter, page.attempt, page.state) == ("g2", "t2", 2, "ordered")
        assert [(one.number, one.gateway, one.state) for one in page.others] == [(1, "g1", "ordered")]
        assert [one.gateway for one in page.open_elsewhere] == ["g1"]

    def test_routes_are_those_of_the_gateway_that_is_asked(self) -> None:
        page = replace(PAGE, ways=(("g1", "t1"), ("g2", "t2"), ("g1", "t3")))
        assert routes_of(page) == ("t1", "t3")
        assert routes_of(moved(page, "g2", NOW, sendable=True)) == ("t2",)
        assert routes_of(ONE_WAY) == ("t1",)


class TestWords:
    """Each attempt keeps what it showed."""

    def test_of_the_attempt_that_counts(self) -> None:
        page = replace(on_second(), body="DAIRY CALL, REPEATED")
        back = heard(page, "g1", result(9, PageState.TRANSMITTED), NOW)
        assert back is not None
        assert (back.body, back.others[0].body) == (PAGE.body, "DAIRY CALL, REPEATED")

    def test_one_from_before_they_were_kept(self) -> None:
        page = replace(on_second(), others=(on_second().others[0]._replace(body=None),))
        back = heard(page, "g1", result(9, PageState.TRANSMITTED), NOW)
        assert back is not None and back.body == PAGE.body


class TestHeard:
    def test_of_one_that_was_never_asked(self) -> None:
        assert heard(PAGE, "g2", result(1, PageState.HELD), NOW) is None

    def test_an_attempt_that_never_was_changes_nothing(self) -> None:
        assert heard(PAGE, "g1", result(1, PageState.TRANSMITTED, attempt=3), NOW) is PAGE

    def test_the_first_one_answers_that_it_has_dropped_it(self) -> None:
        page = heard(on_second(), "g1", result(1, PageState.CANCELLED), NOW)
        assert page is not None
        assert (page.state, page.gateway, page.open_elsewhere) == ("ordered", "g2", ())

    def test_the_first_one_was_faster_after_all(self) -> None:
        page = heard(on_second(), "g1", result(9, PageState.TRANSMITTED), NOW)
        assert page is not None
        assert (page.state, page.gateway, page.attempt, page.transmitter) == ("transmitted", "g1", 1, "t1")
        assert [(one.number, one.gateway, one.state) for one in page.open_elsewhere] == [(2, "g2", "ordered")]
        assert page.final_at == NOW and not page.settled

    def test_both_rang(self) -> None:
        page = heard(on_second(), "g2", result(9, PageState.TRANSMITTED, 2, transmitter="t2"), NOW)
        assert page is not None and page.state.is_final and not page.settled
        page = heard(page, "g1", result(3, PageState.TRANSMITTED), NOW)
        assert page is not None
        assert (page.gateway, page.settled, page.others[0].state) == ("g2", True, "transmitted")

    def test_confirmed_beats_all(self) -> None:
        page = heard(on_second(), "g2", result(9, PageState.TRANSMITTED, 2, transmitter="t2"), NOW)
        assert page is not None
        later = NOW + timedelta(seconds=30)
        page = heard(page, "g1", result(3, PageState.CONFIRMED, proof=Proof.PAGER), later)
        assert page is not None
        assert (page.state, page.proof, page.gateway, page.final_at) == ("confirmed", "pager", "g1", NOW)

    def test_failed_where_it_is_and_in_doubt_elsewhere_is_in_doubt(self) -> None:
        page = heard(on_second(), "g1", result(1, PageState.UNKNOWN), NOW)
        assert page is not None and page.state is PageState.ORDERED
        page = heard(page, "g2", result(1, PageState.FAILED, 2, transmitter="t2"), NOW)
        assert page is not None and page.state is PageState.UNKNOWN

    def test_nobody_waits_for_ever(self) -> None:
        page = given_up(on_second())
        assert page.others[0].state == "unknown"
        assert given_up(ONE_WAY) is ONE_WAY

    @pytest.mark.parametrize("proof", [Proof.ON_AIR, Proof.PAGER])
    def test_a_better_proof_of_an_old_attempt(self, proof: Proof) -> None:
        page = heard(on_second(), "g2", result(9, PageState.TRANSMITTED, 2, transmitter="t2"), NOW)
        assert page is not None
        page = heard(page, "g1", result(3, PageState.TRANSMITTED, proof=proof), NOW)
        assert page is not None
        assert (page.gateway, page.proof, page.others[0].gateway) == ("g1", proof.value, "g2")


@given(
    st.lists(
        st.tuples(st.sampled_from(["g1", "g2"]), st.sampled_from(SAYABLE), st.integers(1, 30), st.booleans()),
        max_size=12,
    )
)
def test_whatever_comes_in_any_order_a_reached_page_stays_reached(
    said: list[tuple[str, PageState, int, bool]],
) -> None:
    page, reached, known = PAGE, False, {(1, "g1")}
    for gateway, state, seq, move in said:
        if move and not page.state.is_final and len(page.others) < MOST - 1:
            page = moved(page, "g2" if page.gateway == "g1" else "g1", NOW, sendable=True)
            known.add((page.attempt, page.gateway))
        for number in {number for number, place in known if place == gateway} or {1}:
            new = heard(page, gateway, result(seq, state, number), NOW)
            page = page if new is None else new
        rings = page.state in (PageState.TRANSMITTED, PageState.CONFIRMED)
        assert rings or not reached
        reached = rings
        assert {(page.attempt, page.gateway), *((one.number, one.gateway) for one in page.others)} == known
        assert page.state.is_final == (page.final_at is not None)
