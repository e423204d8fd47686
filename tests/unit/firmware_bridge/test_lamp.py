"""The light never says more than is known."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import Light, LightState, ReceiptResult, StandInState
from firmware_bridge.lamp import ANSWER_NOT_KEPT_S, ANSWER_S, Lamp
from firmware_bridge.lamp_moves import LASTS_S, MOVES, SHOWS, WHILE_CALLED, Heard, Own, move
from firmware_bridge.light import Shown

P1, P2 = uuid4(), uuid4()
NOW = 100.0


def light(state: LightState, rev: int = 1, run: str = "aaaa", for_s: int | None = None) -> Light:
    return Light(input=1, run=run, rev=rev, state=state, for_s=for_s)


def shown(lamp: Lamp) -> Shown:
    return lamp.shown


def pressed(press: UUID = P1) -> Lamp:
    lamp = Lamp(NOW)
    lamp.pressed(press, NOW, NOW)
    return lamp


@pytest.mark.parametrize("state", list(LightState))
def test_the_servers_word_is_shown(state: LightState) -> None:
    lamp = Lamp(NOW)
    assert lamp.light(light(state), NOW)
    assert lamp.shown.value == state.value


def test_within_one_run_the_higher_rev_wins_and_another_run_always() -> None:
    lamp = Lamp(NOW)
    lamp.light(light(LightState.COMING, rev=5), NOW)
    assert not lamp.light(light(LightState.CALLED, rev=5), NOW)
    assert not lamp.light(light(LightState.CALLED, rev=4), NOW)
    assert shown(lamp) is Shown.COMING
    assert lamp.light(light(LightState.IDLE, rev=1, run="bbbb"), NOW)
    assert shown(lamp) is Shown.IDLE


@given(st.permutations(range(1, 6)), st.integers(0, 4))
def test_lights_in_any_order_and_twice_end_in_the_newest(order: list[int], again: int) -> None:
    lamp = Lamp(NOW)
    states = dict(enumerate(LightState, 1))
    for rev in [*order, order[again]]:
        lamp.light(light(states[rev], rev), NOW)
    assert lamp.shown.value == states[5].value


def test_a_light_with_an_end_becomes_idle() -> None:
    lamp = Lamp(NOW)
    lamp.light(light(LightState.SORRY, for_s=30), NOW)
    assert lamp.due() == NOW + 30
    lamp.advance(NOW + 29.9)
    assert shown(lamp) is Shown.SORRY
    lamp.advance(NOW + 30)
    assert shown(lamp) is Shown.IDLE
    assert lamp.due() is None


def test_a_receipt_never_takes_back_what_the_server_said_after_the_press() -> None:
    lamp = pressed()
    lamp.light(light(LightState.CALLED), NOW)
    lamp.settled(P1, ReceiptResult.STORED, NOW)
    assert shown(lamp) is Shown.CALLED


def test_an_idle_light_that_crosses_a_press_does_not_stop_the_blinking() -> None:
    lamp = pressed()
    lamp.light(light(LightState.IDLE), NOW)
    assert shown(lamp) is Shown.SENDING
    lamp.settled(P1, ReceiptResult.STORED, NOW)
    assert shown(lamp) is Shown.RECEIVED


def test_a_second_press_blinks_and_then_shows_again_who_is_coming() -> None:
    lamp = Lamp(NOW)
    lamp.light(light(LightState.COMING), NOW)
    lamp.pressed(P2, NOW, NOW)
    assert shown(lamp) is Shown.SENDING
    lamp.settled(P2, ReceiptResult.STORED, NOW)
    assert shown(lamp) is Shown.COMING


def test_a_receipt_for_an_older_press_changes_nothing() -> None:
    lamp = pressed(P1)
    lamp.pressed(P2, NOW + 5, NOW + 5)
    lamp.settled(P1, ReceiptResult.STORED, NOW + 6)
    assert shown(lamp) is Shown.SENDING


def test_a_second_press_after_the_stand_in_called_is_not_told_nobody() -> None:
    lamp = pressed(P1)
    lamp.stood_in(StandInState.CALLED, NOW + 4)
    lamp.pressed(P2, NOW + 8, NOW + 8)
    lamp.advance(NOW + 8 + ANSWER_S)
    assert shown(lamp) is Shown.CALLED


def test_a_stand_in_that_failed_says_nobody_and_a_receipt_mends_it() -> None:
    lamp = pressed()
    lamp.stood_in(StandInState.FAILED, NOW)
    assert shown(lamp) is Shown.NOBODY
    lamp.settled(P1, ReceiptResult.STORED, NOW + 1)
    assert shown(lamp) is Shown.RECEIVED


def test_nobody_goes_out_by_itself_for_the_next_customer() -> None:
    lamp = pressed()
    lamp.advance(NOW + ANSWER_S)
    assert shown(lamp) is Shown.NOBODY
    lamp.advance(NOW + ANSWER_S + LASTS_S[Own.NOBODY])
    assert shown(lamp) is Shown.IDLE


def test_a_light_before_the_ten_seconds_are_over_is_answer_enough() -> None:
    lamp = pressed()
    lamp.light(light(LightState.CALLED), NOW + 1)
    lamp.advance(NOW + 60)
    assert shown(lamp) is Shown.CALLED


def test_the_same_word_again_does_not_begin_its_rhythm_anew() -> None:
    lamp = Lamp(NOW)
    lamp.light(light(LightState.COMING, 1), NOW)
    lamp.light(light(LightState.COMING, 2), NOW + 9)
    assert lamp.since == NOW


def test_every_press_begins_its_rhythm_anew() -> None:
    lamp = pressed()
    lamp.pressed(P2, NOW + 3, NOW + 3)
    assert (lamp.shown, lamp.since) == (Shown.SENDING, NOW + 3)


def test_an_undo_darkens_what_was_said_of_its_press_alone() -> None:
    lamp = pressed(P1)
    assert not lamp.taken_back(P2, NOW)
    assert shown(lamp) is Shown.SENDING
    lamp.light(light(LightState.CALLED), NOW)
    assert lamp.taken_back(P1, NOW)
    assert shown(lamp) is Shown.IDLE
    lamp.settled(P1, ReceiptResult.REFUSED, NOW)
    lamp.advance(NOW + ANSWER_S + 1)
    assert shown(lamp) is Shown.IDLE
    lamp.light(light(LightState.SORRY, 2), NOW)
    assert shown(lamp) is Shown.SORRY


def test_after_an_undo_the_stand_ins_call_counts_for_no_later_press() -> None:
    lamp = pressed(P1)
    lamp.stood_in(StandInState.CALLED, NOW + 4)
    lamp.taken_back(P1, NOW + 5)
    lamp.pressed(P2, NOW + 8, NOW + 8)
    lamp.advance(NOW + 8 + ANSWER_S)
    assert shown(lamp) is Shown.NOBODY


def test_an_older_press_that_is_still_meant_gets_its_word_back() -> None:
    lamp = pressed(P1)
    lamp.light(light(LightState.CALLED), NOW + 1)
    lamp.pressed(P2, NOW + 2, NOW + 2)
    lamp.taken_back(P2, NOW + 3)
    lamp.goes_on(P1, NOW + 3)
    assert shown(lamp) is Shown.CALLED
    lamp.taken_back(P1, NOW + 4)
    assert shown(lamp) is Shown.IDLE


def test_every_state_knows_what_everything_that_can_be_heard_leads_to() -> None:
    assert set(MOVES) == {(own, heard) for own in Own for heard in Heard}
    assert set(WHILE_CALLED) <= set(MOVES)
    assert set(SHOWS) == set(Own) - {Own.NOTHING}


@pytest.mark.parametrize("own", list(Own))
@pytest.mark.parametrize("heard", list(Heard))
@pytest.mark.parametrize("called", [False, True])
def test_the_light_claims_only_what_was_said(own: Own, heard: Heard, called: bool) -> None:
    """Received by a receipt alone, called by the keeper alone, nobody by a refusal or by silence alone."""
    then = move(own, heard, called=called)
    claims = {
        Own.RECEIVED: {Heard.STORED},
        Own.CALLED: {Heard.KEEPER_CALLED},
        Own.NOBODY: {Heard.REFUSED, Heard.KEEPER_FAILED, Heard.NO_ANSWER},
    }
    if then is not own and then in claims:
        assert heard in claims[then]
    assert then not in (Own.SENDING, Own.UNKEPT) or then is own


def test_a_press_that_no_disk_holds_claims_nothing_before_the_receipt() -> None:
    lamp = Lamp(NOW)
    lamp.pressed(P1, NOW, NOW, kept=False)
    assert shown(lamp) is Shown.IDLE
    lamp.settled(P1, ReceiptResult.STORED, NOW + 0.1)
    assert shown(lamp) is Shown.RECEIVED
    lamp.pressed(P2, NOW + 10, NOW + 10, kept=False)
    lamp.light(light(LightState.IDLE), NOW + 10)
    assert shown(lamp) is Shown.IDLE
    lamp.advance(NOW + 10 + ANSWER_NOT_KEPT_S)
    assert shown(lamp) is Shown.NOBODY


@pytest.mark.parametrize("said", [Own.RECEIVED, Own.CALLED])
def test_what_nobody_says_again_is_not_claimed_for_ever(said: Own) -> None:
    lamp = pressed()
    if said is Own.RECEIVED:
        lamp.settled(P1, ReceiptResult.STORED, NOW)
    else:
        lamp.stood_in(StandInState.CALLED, NOW)
    lamp.advance(NOW + LASTS_S[said] - 0.1)
    assert shown(lamp) is SHOWS[said]
    lamp.advance(NOW + LASTS_S[said])
    assert shown(lamp) is Shown.IDLE


def test_words_of_a_server_that_has_gone_are_dropped_and_what_the_unit_knows_stays() -> None:
    lamp = Lamp(NOW)
    lamp.light(light(LightState.COMING), NOW)
    lamp.server_gone(NOW + 120)
    assert shown(lamp) is Shown.IDLE
    lamp.pressed(P1, NOW + 200, NOW + 200)
    lamp.server_gone(NOW + 201)
    assert shown(lamp) is Shown.SENDING


def test_two_presses_taken_back_in_one_moment_leave_nothing_said_of_either() -> None:
    lamp = pressed(P1)
    lamp.light(light(LightState.CALLED), NOW + 1)
    lamp.pressed(P2, NOW + 4, NOW + 4)
    assert lamp.taken_back(P2, NOW + 7)
    assert lamp.taken_back(P1, NOW + 7)
    assert shown(lamp) is Shown.IDLE
