"""Acknowledge, pass on, ask for help, arrive: one movement each, the first one wins, nobody runs for nothing."""

from __future__ import annotations

import pytest

from firmware_bridge.light import Shown
from server.db.tables import Policy
from server.requests import Done, Refusal, RefusalReason
from server.rules.facts import DutyKind
from server.rules.incidents import State
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, DMITRI
from tests.stories.test_the_right_person import rung, who_rang


@pytest.fixture
def telling(shop: Shop) -> Shop:
    """The policy says that the others are told."""
    shop.edit(Policy, 1, tell_others=True)
    return shop


def test_the_first_one_wins_and_the_second_hears_who_was_faster(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(25)
    assert who_rang(shop) == [ANNA, CARMEN]
    assert shop.acknowledge(CARMEN) == Done(shop.incident().id, State.ACKNOWLEDGED)
    late = shop.acknowledge(ANNA)
    assert isinstance(late, Refusal)
    assert (late.reason, late.by) == (RefusalReason.TOO_LATE, CARMEN)


def test_the_others_are_told_who_goes(telling: Shop) -> None:
    telling.button().press()
    telling.clock.advance(25)
    assert who_rang(telling) == [ANNA, CARMEN]
    telling.acknowledge(ANNA)
    telling.clock.advance(2)
    assert rung(telling) == [(CARMEN, "DAIRY AT HAS IT Shelf 1")]


def test_nobody_is_told_when_nobody_else_was_called(telling: Shop) -> None:
    telling.button().press()
    telling.clock.advance(2)
    assert who_rang(telling) == [ANNA]
    telling.acknowledge(ANNA)
    telling.clock.advance(5)
    assert rung(telling) == []


def test_a_page_that_was_on_the_air_at_that_moment_is_taken_back_by_words(telling: Shop) -> None:
    telling.button().press()
    telling.clock.advance(2)
    assert who_rang(telling) == [ANNA]
    telling.clock.advance(17)
    while len(telling.pages()) == 1:
        telling.clock.advance(0.001)
    telling.clock.advance(0.03)
    assert telling.pages()[-1].state == "ordered"  # on the serial line already
    telling.acknowledge(ANNA)
    telling.clock.advance(3)
    assert rung(telling) == [(CARMEN, "DAIRY Shelf 1 CALL"), (CARMEN, "DAIRY AT HAS IT Shelf 1")]


def test_passing_on_calls_the_next_one_and_spares_who_passed(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.acknowledge(ANNA)
    shop.clock.advance(5)
    assert shop.light() is Shown.COMING
    assert shop.pass_on(ANNA) == Done(shop.incident().id, State.TRIGGERED)
    shop.clock.advance(2)
    assert rung(shop) == [(CARMEN, "DAIRY Shelf 1 PASSED TO YOU")]
    assert shop.light() is Shown.CALLED  # nobody is coming any more, and the light does not say so
    shop.clock.advance(40)
    assert who_rang(shop) == [BORIS, CARMEN]  # "everybody" without the one who passed it on


def test_passing_to_a_person_by_name_rings_that_person_alone(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.pass_on(ANNA, to=BORIS)
    shop.clock.advance(9)
    assert rung(shop) == [(BORIS, "DAIRY Shelf 1 PASSED TO YOU")]
    shop.acknowledge(BORIS)
    assert shop.incident().acknowledged_by_id == BORIS


def test_who_was_passed_the_call_and_does_not_answer_is_not_the_end_of_it(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    shop.pass_on(ANNA, to=BORIS)
    shop.clock.advance(22)
    assert who_rang(shop) == [ANNA, BORIS, CARMEN]


def test_a_call_cannot_be_passed_to_nobody(shop: Shop) -> None:
    for who in (BORIS, CARMEN):
        shop.duty(who, DutyKind.AWAY)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.acknowledge(ANNA)
    refused = shop.pass_on(ANNA)
    assert isinstance(refused, Refusal) and refused.reason is RefusalReason.NOBODY
    absent = shop.pass_on(ANNA, to=DMITRI)
    assert isinstance(absent, Refusal) and absent.reason is RefusalReason.NOBODY
    assert shop.incident().state == "acknowledged"


def test_nobody_takes_a_call_out_of_anothers_hands_without_saying_who_goes(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.acknowledge(ANNA)
    refused = shop.pass_on(BORIS)
    assert isinstance(refused, Refusal) and refused.reason is RefusalReason.NOT_YOURS


def test_asking_for_help_rings_one_more_while_the_first_goes_on(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    assert shop.need_help(ANNA) == Done(shop.incident().id, State.ATTENDED)
    shop.clock.advance(2)
    assert rung(shop) == [(CARMEN, "DAIRY Shelf 1 HELP NEEDED")]
    assert shop.incident().priority == 1
    shop.need_help(ANNA)
    shop.clock.advance(2)
    assert who_rang(shop) == [BORIS]


def test_help_that_nobody_can_give_is_said_at_once(shop: Shop) -> None:
    for who in (BORIS, CARMEN):
        shop.duty(who, DutyKind.AWAY)
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.acknowledge(ANNA)
    answer = shop.need_help(ANNA)
    assert isinstance(answer, Refusal) and answer.reason is RefusalReason.NOBODY


def test_acknowledged_but_not_there_pages_again_with_the_reason(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.acknowledge(ANNA)
    shop.clock.advance(122)
    assert (ANNA, "DAIRY Shelf 1 NOBODY THERE YET") in rung(shop)
    assert shop.incident().state == "triggered"


def test_the_staff_key_at_the_button_proves_the_arrival(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    assert who_rang(shop) == [ANNA]
    shop.acknowledge(ANNA)
    shop.clock.advance(10)
    shop.button().arrive()
    shop.clock.advance(1)
    assert (shop.incident().state, shop.incident().attended_how) == ("attended", "key")
    shop.clock.advance(300)
    assert rung(shop) == []


def test_a_forgotten_call_asks_to_be_closed_and_never_swallows_the_next_customer(shop: Shop) -> None:
    shop.button().press()
    shop.clock.advance(2)
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.clock.advance(10 * 60)
    shop.button().press()
    shop.clock.advance(2)
    assert [one.state for one in shop.incidents()] == ["attended", "triggered"]
    shop.acknowledge(ANNA, 2)
    shop.arrive(ANNA, 2)
    shop.close(ANNA, 2)
    shop.clock.advance(50 * 60)
    assert (shop.incident(1).state, shop.incident(1).outcome) == ("closed", "not_recorded")
    for address in ADDRESS.values():
        shop.pager(address).inbox.clear()
