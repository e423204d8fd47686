"""A page on two gateways: when the other takes over, and that the best of its attempts is its state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import PageResult, PageState, Proof
from server.rules.attempts import MOST, given_up, heard, left, moved, routes_of, takeover
from server.rules.facts import Page, Way
from tests.unit.server.rules.test_pages import NOW
from tests.unit.server.rules.test_pages import PAGE as ONE_WAY

PAGE = replace(ONE_WAY, ways=(("g1", "t1"), ("g2", "t2")))
PATIENCE = timedelta(seconds=10)
SAYABLE = [state for state in PageState if state not in (PageState.QUEUED, PageState.ORDERED)]


def good(way: Way) -> bool:
    return True


def bad(way: Way) -> bool:
    return False


def result(
    seq: int, state: PageState, attempt: int = 1, proof: Proof = Proof.ACCEPTED, transmitter: str = "t1"
) -> PageResult:
    return PageResult(
        page=PAGE.id, attempt=attempt, seq=seq, state=state, proof=proof, transmitter=transmitter
    )


def after(seconds: float, page: Page = PAGE, **how: object) -> str | None:
    given: dict[str, object] = {"able": good, "dead": bad, **how}
    return takeover(page, PATIENCE, NOW + timedelta(seconds=seconds), **given)  # type: ignore[arg-type]


def on_second() -> Page:
    return moved(PAGE, "g2", NOW + timedelta(seconds=4), sendable=True)


class TestTakeover:
    def test_no_held_after_four_seconds(self) -> None:
        assert after(3.9) is None
        assert after(4) == "g2"

    def test_held_it_waits_for_the_patience_of_the_policy(self) -> None:
        held = replace(PAGE, state=PageState.HELD, held_at=NOW)
        assert after(9.9, held) is None
        assert after(10, held) == "g2"
        assert after(10, replace(held, state=PageState.TRANSMITTING)) == "g2"

    def test_a_line_that_its_gateway_calls_dead_is_not_waited_for(self) -> None:
        held = replace(PAGE, state=PageState.HELD, held_at=NOW)
        assert after(0, held, dead=lambda way: way == ("g1", "t1")) == "g2"
        assert after(0, replace(held, state=PageState.TRANSMITTING), dead=good) is None

    def test_given_up_there_it_is_tried_elsewhere_at_once(self) -> None:
        assert after(0, replace(PAGE, state=PageState.FAILED)) == "g2"
        assert after(0, replace(PAGE, state=PageState.UNKNOWN)) is None
        assert after(0, replace(PAGE, state=PageState.EXPIRED)) is None

    def test_not_to_one_that_is_no_good(self) -> None:
        assert after(60, able=lambda way: way[0] == "g1") is None

    def test_not_without_another_way_nor_at_the_end_of_its_life(self) -> None:
        assert after(60, ONE_WAY) is None
        assert after(60, replace(PAGE, ways=(("g1", "t1"), ("g1", "t2")))) is None
        assert after(119.5) is None

    def test_nothing_was_heard_before_the_process_began(self) -> None:
        assert after(5, since=NOW + timedelta(seconds=3)) is None
        assert after(7, since=NOW + timedelta(seconds=3)) == "g2"

    def test_back_to_the_first_when_the_second_is_silent_too_but_not_for_ever(self) -> None:
        page, seconds, asked = PAGE, 4.0, []
        for _ in range(20):
            gateway = after(seconds, page)
            if gateway is None:
                break
            page = moved(page, gateway, NOW + timedelta(seconds=seconds), sendable=True)
            asked.append(gateway)
            seconds += 4
        assert asked == ["g2", "g1", "g2", "g1", "g2"]
        assert len(page.others) + 1 == MOST

    def test_a_slow_second_one_is_not_left_for_the_first(self) -> None:
        held = replace(on_second(), state=PageState.HELD, held_at=NOW)
        assert after(60, held) is None

    def test_who_gave_it_up_is_not_asked_again(self) -> None:
        failed = moved(replace(PAGE, state=PageState.FAILED), "g2", NOW, sendable=True)
        assert left(failed) == (("g2", "t2"),)
        assert after(60, failed) is None


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
