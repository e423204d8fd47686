"""The next moment at which something happens by itself, and what a button may show meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broker_config.messages import LightState, Purpose
from server.rules.escalation import GIVE_UP, exit_clock_due, next_step_at, wakes_at
from server.rules.facts import Policy, Step
from server.rules.incidents import State
from server.rules.light import button_light
from tests.unit.server.rules.test_dedup import OPEN

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
S = timedelta(seconds=1)
POLICY = Policy(1, 120, 90, 120, 30, 2, (Step(1, 0, "zone"), Step(2, 20, "everybody")))
WAITING = replace(OPEN, step=1, exit_at=NOW + 90 * S, due_at=NOW + 20 * S)


def test_the_next_step_then_repeats_then_the_end() -> None:
    assert next_step_at(WAITING, 1, POLICY, NOW) == NOW + 20 * S
    assert next_step_at(WAITING, 2, POLICY, NOW) == NOW + 30 * S
    assert next_step_at(replace(WAITING, repeats=2), 2, POLICY, NOW) == WAITING.triggered_at + GIVE_UP


def test_it_wakes_for_whatever_comes_first() -> None:
    assert wakes_at(WAITING) == NOW + 20 * S
    assert wakes_at(replace(WAITING, due_at=NOW + 100 * S)) == NOW + 90 * S
    assert wakes_at(replace(WAITING, due_at=NOW + 100 * S, sorry_at=NOW)) == NOW + 100 * S
    assert wakes_at(replace(WAITING, state=State.CLOSED)) is None


@pytest.mark.parametrize(("state", "due"), [(State.TRIGGERED, True), (State.ACKNOWLEDGED, False)])
def test_the_exit_clock_only_runs_out_while_nobody_answered(state: State, due: bool) -> None:
    assert exit_clock_due(replace(WAITING, state=state), NOW + 90 * S) is due
    assert not exit_clock_due(replace(WAITING, state=state), NOW + 89 * S)


@pytest.mark.parametrize(
    ("incident", "light"),
    [
        (WAITING, LightState.RECEIVED),
        (replace(WAITING, called_at=NOW), LightState.CALLED),
        (replace(WAITING, nobody_at=NOW), LightState.NOBODY),
        (replace(WAITING, called_at=NOW, sorry_at=NOW), LightState.SORRY),
        (replace(WAITING, state=State.ACKNOWLEDGED, sorry_at=NOW), LightState.COMING),
        (replace(WAITING, state=State.ATTENDED), LightState.IDLE),
        (replace(WAITING, state=State.CLOSED), LightState.IDLE),
    ],
)
def test_the_light_says_no_more_than_is_known(incident: object, light: LightState) -> None:
    assert button_light([incident]) is light  # type: ignore[list-item]


def test_a_real_call_outshines_a_drill() -> None:
    drill = replace(WAITING, purpose=Purpose.DRILL, number=9, state=State.ACKNOWLEDGED)
    assert button_light([drill, replace(WAITING, called_at=NOW)]) is LightState.CALLED


def test_a_button_without_incidents_is_dark() -> None:
    assert button_light([]) is LightState.IDLE
