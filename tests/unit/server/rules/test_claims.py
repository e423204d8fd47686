"""Claims in virtual time: whatever happens in whatever order, nobody gets in without a press or a look at figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.enrolment import ClaimState
from server.rules import claims
from server.rules.claims import FETCH_FOR, MOVES, OPEN_FOR, Claim, Event, Refused, State, Why

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def opened(kind: str = "b") -> Claim:
    return Claim(kind, NOON + OPEN_FOR)


def act(claim: Claim, event: Event, now: datetime, *, compared: bool = True) -> Claim:
    match event:
        case Event.ASK:
            return claims.ask(claim, claim.kind, (1, 2), now)
        case Event.ASK_AGAIN:
            return claims.ask_again(claim, claim.kind, now, same_key=True)
        case Event.PRESS:
            return claims.press(claim, 1, now)
        case Event.CONFIRM:
            return claims.confirm(claim, now, compared=compared)
        case Event.REFUSE:
            return claims.refuse(claim, now)
        case Event.GRANT:
            return claims.grant(claim, now)


def test_a_button_unit_asks_is_pressed_is_confirmed_is_granted() -> None:
    claim = claims.ask(opened(), "b", (2, 1), NOON)
    assert (claim.state, claim.has_inputs) == (State.ASKED, (1, 2))
    claim = claims.press(claim, 2, NOON + timedelta(minutes=1))
    assert (claim.pressed_input, claim.pressed_at) == (2, NOON + timedelta(minutes=1))
    claim = claims.confirm(claim, NOON, compared=False)
    assert claims.told(claim, NOON) is ClaimState.WAITING
    claim = claims.grant(claim, NOON)
    assert claims.told(claim, NOON) is ClaimState.GRANTED


def test_who_asked_asks_again_while_the_code_lives_and_nobody_else() -> None:
    claim = claims.ask(opened(), "b", (1,), NOON)
    late = claim.expires_at
    assert claims.ask_again(claim, "b", late - timedelta(seconds=1), same_key=True) == claim
    for said, why in (
        ({"kind": "b", "now": NOON, "same_key": False}, Why.KEY),
        ({"kind": "g", "now": NOON, "same_key": True}, Why.KIND),
        ({"kind": "b", "now": late, "same_key": True}, Why.LATE),
    ):
        with pytest.raises(Refused) as caught:
            claims.ask_again(claim, **said)  # type: ignore[arg-type]
        assert caught.value.why is why
    with pytest.raises(Refused) as caught:
        claims.ask_again(replace(claim, state=State.CONFIRMED), "b", late, same_key=True)
    assert caught.value.why is Why.LATE


def test_a_gateway_has_no_button_and_is_known_by_its_figures() -> None:
    claim = claims.ask(opened("g"), "g", (), NOON)
    with pytest.raises(Refused) as caught:
        claims.press(claim, 1, NOON)
    assert caught.value.why is Why.KIND
    with pytest.raises(Refused) as caught:
        claims.confirm(claim, NOON, compared=False)
    assert caught.value.why is Why.NOT_COMPARED
    assert claims.confirm(claim, NOON, compared=True).state is State.CONFIRMED


def test_a_button_unit_that_nobody_pressed_is_not_confirmed() -> None:
    claim = claims.ask(opened(), "b", (1,), NOON)
    with pytest.raises(Refused) as caught:
        claims.confirm(claim, NOON, compared=True)
    assert caught.value.why is Why.NOT_PRESSED


def test_the_other_kind_of_device_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        claims.ask(opened("g"), "b", (1,), NOON)
    assert caught.value.why is Why.KIND


def test_a_press_comes_from_an_input_that_the_unit_has() -> None:
    claim = claims.ask(opened(), "b", (1, 2), NOON)
    with pytest.raises(Refused) as caught:
        claims.press(claim, 3, NOON)
    assert caught.value.why is Why.INPUT
    assert claims.press(claims.ask(opened(), "b", (), NOON), 3, NOON).pressed_input == 3


@pytest.mark.parametrize("state", [one for one in State if one is not State.EXPIRED])
@pytest.mark.parametrize("event", Event)
def test_every_pair_is_in_the_table_or_refused(state: State, event: Event) -> None:
    claim = replace(opened(), state=state, has_inputs=(1,), pressed_input=1, pressed_at=NOON)
    wanted = MOVES.get((state, event))
    if wanted is None:
        with pytest.raises(Refused) as caught:
            act(claim, event, NOON)
        assert caught.value.why is Why.MOVE
    else:
        assert act(claim, event, NOON).state is wanted


@pytest.mark.parametrize("state", [State.OPEN, State.ASKED])
@pytest.mark.parametrize("event", Event)
def test_after_a_quarter_of_an_hour_nothing_moves(state: State, event: Event) -> None:
    claim = replace(opened(), state=state, pressed_input=1, pressed_at=NOON)
    with pytest.raises(Refused) as caught:
        act(claim, event, claim.expires_at)
    assert caught.value.why is Why.LATE
    assert claims.told(claim, claim.expires_at) is ClaimState.EXPIRED


def test_what_was_confirmed_in_time_is_granted_later() -> None:
    claim = replace(opened(), state=State.CONFIRMED)
    assert claims.grant(claim, claim.expires_at + timedelta(minutes=1)).state is State.GRANTED


@pytest.mark.parametrize("state", State)
def test_an_old_ticket_gets_no_answer(state: State) -> None:
    claim = replace(opened(), state=state)
    assert claims.told(claim, claim.expires_at + FETCH_FOR) is None


STEPS = st.lists(
    st.tuples(st.sampled_from(Event), st.integers(0, 8 * 60), st.booleans(), st.booleans()), max_size=12
)


@given(st.sampled_from("bg"), STEPS)
@settings(max_examples=200, deadline=None)
def test_whatever_happens_nobody_gets_in_unseen(
    kind: str, steps: list[tuple[Event, int, bool, bool]]
) -> None:
    claim, now = opened(kind), NOON
    asked = pressed = compared = confirmed = refused = False
    for event, seconds, looks, mine in steps:
        now += timedelta(seconds=seconds)
        try:
            if event is Event.ASK and not mine:
                claims.ask(claim, "g" if kind == "b" else "b", (), now)
                raise AssertionError("another kind of device was taken")
            if event is Event.ASK_AGAIN and not mine:
                claims.ask_again(claim, kind, now, same_key=False)
                raise AssertionError("another key was taken")
            new = act(claim, event, now, compared=looks)
        except Refused:
            continue
        if event is Event.ASK:
            assert not asked, "the code was taken twice"
            asked = True
        if event is Event.ASK_AGAIN:
            assert asked and new == claim and now < claim.expires_at and not refused
        pressed |= event is Event.PRESS
        compared |= event is Event.CONFIRM and looks
        if event is Event.CONFIRM:
            assert asked and now < claim.expires_at and not refused and not confirmed
            assert pressed if kind == "b" else compared
            confirmed = True
        refused |= event is Event.REFUSE
        claim = new
    if claims.told(claim, now) is ClaimState.GRANTED:
        assert asked and confirmed and not refused
        assert pressed if kind == "b" else compared
