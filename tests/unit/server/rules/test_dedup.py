"""Age without wall clocks, and which incident a press belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import Press, Purpose
from server.rules.dedup import age_ms, doubt_ms, is_again, is_late, joins
from server.rules.facts import Incident
from server.rules.incidents import State

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPEN = Incident(
    id=UUID(int=1),
    store_id="s1",
    number=1,
    button_id=1,
    zone_id=1,
    policy_id=1,
    purpose=Purpose.CALL,
    state=State.TRIGGERED,
    priority=2,
    presses=1,
    again=False,
    opened_at=NOW,
    triggered_at=NOW,
    exit_at=NOW,
    device="b1",
    input=1,
    press_id=UUID(int=2),
)


def press(age: int, exp_s: int = 100) -> Press:
    return Press(
        id=UUID(int=7), run="abcd", boot="abcd", seq=1, input=1, age_ms=age, ttl_s=120, exp_s=exp_s, sw="1"
    )


def test_what_the_broker_took_off_the_expiry_is_age() -> None:
    assert age_ms(press(400), 93, 0.0, 0.0) == 400 + 7_000


def test_without_an_expiry_only_the_senders_word_and_the_wait_here_count() -> None:
    assert age_ms(press(400), None, 0.25, 0.0) == 650


def test_a_lost_expiry_leaves_the_age_in_doubt_unless_an_adapter_sent_it() -> None:
    assert doubt_ms(press(400), 1) == 0
    assert doubt_ms(press(400), None) > 120_000
    assert doubt_ms(press(400).model_copy(update={"via": "knx"}), None) == 0


@pytest.mark.parametrize(("round_trip", "added"), [(0.9, 0), (1.5, 1_500)])
def test_a_slow_broker_counts_from_one_second_on(round_trip: float, added: int) -> None:
    assert age_ms(press(0), 100, 0.0, round_trip) == added


@given(st.integers(0, 10**6), st.integers(1, 3600), st.integers(0, 7200), st.floats(0, 60), st.floats(0, 60))
def test_age_is_never_less_than_the_sender_said(
    age: int, exp_s: int, left: int, waited: float, round_trip: float
) -> None:
    assert age_ms(press(age, exp_s), left, waited, round_trip) >= age


@pytest.mark.parametrize(("age", "late"), [(60_000, False), (60_001, True)])
def test_the_shorter_time_to_live_decides(age: int, late: bool) -> None:
    assert is_late(age, 120, 60) is late
    assert is_late(age, 60, 120) is late


def test_a_press_joins_a_triggered_one_however_old() -> None:
    assert joins([OPEN], Purpose.CALL, NOW + timedelta(hours=1), flood=False) is OPEN


@pytest.mark.parametrize(("after_s", "joined"), [(59, True), (60, False)])
def test_a_press_joins_an_acknowledged_one_for_a_minute(after_s: int, joined: bool) -> None:
    one = replace(OPEN, state=State.ACKNOWLEDGED, acknowledged_at=NOW)
    found = joins([one], Purpose.CALL, NOW + timedelta(seconds=after_s), flood=False)
    assert (found is one) is joined


def test_an_attended_incident_never_swallows_the_next_customer() -> None:
    assert joins([replace(OPEN, state=State.ATTENDED)], Purpose.CALL, NOW, flood=False) is None


def test_a_real_call_never_joins_a_drill() -> None:
    assert joins([replace(OPEN, purpose=Purpose.DRILL)], Purpose.CALL, NOW, flood=False) is None


def test_a_flood_joins_whatever_is_open() -> None:
    one = replace(OPEN, state=State.ATTENDED)
    assert joins([one], Purpose.CALL, NOW, flood=True) is one


@pytest.mark.parametrize(("minutes", "again"), [(9.9, True), (10, False)])
def test_again_within_ten_minutes_of_a_close(minutes: float, again: bool) -> None:
    assert is_again(NOW, NOW + timedelta(minutes=minutes)) is again
    assert not is_again(None, NOW)
