"""When another gateway takes a page over, and when this one is asked to let go of it first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from broker_config.messages import PageState
from server.rules.attempts import MOST, Able, left, moved
from server.rules.facts import Page, Way
from server.rules.lines import GATEWAY_SURE, SILENT
from server.rules.takeover import (
    HEARD_OUT,
    HOLD,
    IN_HAND,
    Known,
    Move,
    Why,
    asks_back,
    keeps_silent,
    takeover,
)
from tests.unit.server.rules.test_pages import NOW
from tests.unit.server.rules.test_pages import PAGE as ONE_WAY

PAGE = replace(ONE_WAY, ways=(("g1", "t1"), ("g2", "t2")))
HELD = replace(PAGE, state=PageState.HELD, held_at=NOW)
ON_AIR = replace(HELD, state=PageState.TRANSMITTING)
PATIENCE = timedelta(seconds=10)


def good(way: Way) -> bool:
    return True


def bad(way: Way) -> bool:
    return False


ALIVE = Known(dead=bad, long_dead=bad)
CABLE_OUT = Known(dead=lambda way: way == ("g1", "t1"), long_dead=bad)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def move(seconds: float, page: Page = PAGE, known: Known = ALIVE, able: Able = good) -> Move | None:
    return takeover(page, PATIENCE, at(seconds), able, known)


def back(seconds: float, page: Page, known: Known = ALIVE, able: Able = good) -> bool:
    return asks_back(page, PATIENCE, at(seconds), able, known)


def answered(seconds: float) -> Known:
    return replace(ALIVE, answered_at=at(seconds))


class TestNoAnswer:
    def test_no_held_after_four_seconds(self) -> None:
        assert move(3.9) is None
        assert move(4) == Move("g2", Why.NO_ANSWER, doubt=True)

    def test_nothing_was_heard_before_the_process_began(self) -> None:
        late = replace(ALIVE, since=at(3))
        assert move(5, known=late) is None
        assert move(7, known=late) is not None

    def test_back_to_the_first_when_the_second_is_silent_too_but_not_for_ever(self) -> None:
        page, seconds, asked = PAGE, 4.0, []
        for _ in range(20):
            found = move(seconds, page)
            if found is None:
                break
            page = moved(page, found.gateway, at(seconds), sendable=True)
            asked.append(found.gateway)
            seconds += 4
        assert asked == ["g2", "g1", "g2", "g1", "g2"]
        assert len(page.others) + 1 == MOST

    @pytest.mark.parametrize("page", [HELD, ON_AIR])
    def test_it_held_the_page_and_says_nothing_any_more(self, page: Page) -> None:
        silent = SILENT.total_seconds()
        assert move(silent + 0.9, page, answered(1)) is None
        assert move(silent + 1, page, answered(1)) == Move("g2", Why.SILENT, doubt=True)
        assert keeps_silent(page, at(silent + 1), answered(1))
        assert not keeps_silent(page, at(silent + 1), replace(answered(1), since=at(2)))

    def test_an_answer_for_another_page_says_nothing_of_one_that_it_never_named(self) -> None:
        assert keeps_silent(PAGE, at(SILENT.total_seconds()), answered(7))
        assert not keeps_silent(replace(PAGE, state=PageState.FAILED), at(60), ALIVE)


class TestAway:
    def test_when_the_page_was_ordered_it_cannot_have_it(self) -> None:
        assert move(0, known=replace(ALIVE, gone_at=NOW)) == Move("g2", Why.AWAY, doubt=False)

    def test_it_went_with_the_order_and_has_the_time_of_a_restart(self) -> None:
        gone = replace(ALIVE, gone_at=at(1))
        assert move(HOLD.total_seconds() - 0.1, known=gone) is None
        assert move(HOLD.total_seconds(), known=gone) == Move("g2", Why.AWAY, doubt=True)

    @pytest.mark.parametrize("page", [HELD, ON_AIR])
    def test_it_went_with_the_page_in_hand(self, page: Page) -> None:
        gone, sure = replace(ALIVE, gone_at=at(1)), 1 + GATEWAY_SURE.total_seconds()
        assert move(sure - 0.1, page, gone) is None
        assert move(sure, page, gone) == Move("g2", Why.AWAY, doubt=True)

    def test_what_it_said_before_it_went_is_heard_first(self) -> None:
        gone = replace(ALIVE, gone_at=at(1), linked_at=at(20), since=at(20))
        assert move(20 + HEARD_OUT.total_seconds() - 0.1, HELD, gone) is None
        assert move(20 + HEARD_OUT.total_seconds(), HELD, gone) is not None
        assert move(20 + HEARD_OUT.total_seconds(), PAGE, gone) is not None

    def test_what_was_not_sent_yet_goes_to_one_that_is_good(self) -> None:
        queued = replace(PAGE, state=PageState.QUEUED)
        second = replace(ALIVE, gone_at=at(1))
        assert move(5, queued) is None
        assert move(5, queued, second, lambda way: way[0] == "g2") == Move("g2", Why.AWAY, doubt=False)
        assert move(5, queued, CABLE_OUT, lambda way: way[0] == "g2") == Move("g2", Why.DEAD, doubt=False)


class TestOneThatAnswers:
    def test_is_waited_for_while_it_may_have_the_page_on_the_air(self) -> None:
        end = IN_HAND.total_seconds()
        assert move(end - 0.1, ON_AIR, answered(end - 1)) is None
        assert move(end, ON_AIR, answered(end - 1)) == Move("g2", Why.STUCK, doubt=True)
        tried = replace(moved(PAGE, "g2", NOW, sendable=True), state=PageState.TRANSMITTING)
        assert move(end, tried, answered(end - 1)) is None

    def test_or_for_longer_where_the_policy_has_the_patience(self) -> None:
        end = IN_HAND.total_seconds()
        assert takeover(ON_AIR, timedelta(seconds=60), at(end), good, answered(end)) is None

    def test_lets_go_of_what_waits_for_longer_than_the_patience(self) -> None:
        assert not back(9.9, HELD, answered(9))
        assert back(10, HELD, answered(9)) and move(10, HELD, answered(9)) is None
        assert not back(30, ON_AIR, answered(29))
        assert not back(30, replace(PAGE, state=PageState.FAILED))

    def test_a_slow_second_one_is_not_left_for_the_first(self) -> None:
        held = replace(moved(PAGE, "g2", at(4), sendable=True), state=PageState.HELD, held_at=NOW)
        assert not back(60, held, answered(59)) and move(60, held, answered(59)) is None

    @pytest.mark.parametrize("page", [PAGE, HELD, ON_AIR])
    def test_lets_go_at_once_when_its_line_is_dead(self, page: Page) -> None:
        assert back(0, page, CABLE_OUT) and move(0, page, CABLE_OUT) is None
        assert not back(0, page, CABLE_OUT, able=lambda way: way[0] == "g1")
        assert not back(0, page, replace(CABLE_OUT, gone_at=NOW))

    def test_a_dead_line_with_the_page_in_hand_is_waited_for_no_longer_than_for_a_plug(self) -> None:
        """The driver goes on trying, and nobody knows whether the box has taken it."""
        long = replace(CABLE_OUT, long_dead=CABLE_OUT.dead)
        assert move(3, ON_AIR, long) == Move("g2", Why.DEAD, doubt=True)
        assert move(3, HELD, long) is None and back(3, HELD, long)

    def test_what_it_let_go_of_has_not_rung(self) -> None:
        dropped = replace(HELD, state=PageState.CANCELLED)
        assert move(10, dropped) == Move("g2", Why.WAITED, doubt=False)
        assert move(10, dropped, CABLE_OUT) == Move("g2", Why.DEAD, doubt=False)

    def test_what_it_gave_up_is_tried_elsewhere_at_once(self) -> None:
        assert move(0, replace(PAGE, state=PageState.FAILED)) == Move("g2", Why.FAILED, doubt=False)
        assert move(0, replace(PAGE, state=PageState.UNKNOWN)) is None
        assert move(0, replace(PAGE, state=PageState.EXPIRED)) is None

    def test_who_gave_it_up_is_not_asked_again(self) -> None:
        failed = moved(replace(PAGE, state=PageState.FAILED), "g2", NOW, sendable=True)
        assert left(failed) == (("g2", "t2"),)
        assert move(60, failed) is None


def test_not_to_one_that_is_no_good() -> None:
    assert move(60, able=lambda way: way[0] == "g1") is None


def test_not_without_another_way_nor_at_the_end_of_its_life() -> None:
    assert move(60, ONE_WAY) is None
    assert move(60, replace(PAGE, ways=(("g1", "t1"), ("g1", "t2")))) is None
    assert move(119.5) is None
    assert not back(119.5, HELD)
