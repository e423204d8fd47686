"""What is meant by pushes and holds: taking back, staff key, drill, quiet call; and that none of it eats a press."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PressKind, Purpose
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.gestures import HOLD_S, UNDO_WITHIN_S
from firmware_bridge.hands import Hands
from firmware_bridge.intents import Intent

BUTTON, OTHER, KEY, KEY_OF_OTHER = 1, 2, 3, 4
KEYS = {KEY: BUTTON, KEY_OF_OTHER: OTHER}
START = 100.0


@dataclass
class Bench:
    """Fingers on the contacts of one unit, seconds since START; time goes on as in the bridge's loop."""

    rules: Rules = field(default_factory=Rules)
    now: float = START
    meant: list[Intent] = field(default_factory=list)
    counted: list[tuple[float, bool]] = field(default_factory=list)
    levels: dict[int, bool] = field(
        default_factory=lambda: dict.fromkeys((BUTTON, OTHER, KEY, KEY_OF_OTHER), False)
    )

    def __post_init__(self) -> None:
        self.hands = Hands(dict.fromkeys(self.levels, self.rules), KEYS, self.levels.__getitem__, self.now)

    def until(self, seconds: float) -> None:
        moment = START + seconds
        while (due := self.hands.due()) <= moment:
            self.now = max(self.now, due)
            self._take()
        self.now = moment

    def level(self, number: int, closed: bool, seconds: float) -> None:
        self.until(seconds)
        self.levels[number] = closed
        self._take(Edge(number, closed, self.now))

    def push(self, at: float, for_s: float = 0.2, number: int = BUTTON) -> None:
        self.level(number, True, at)
        self.level(number, False, at + for_s)

    def stand_still(self, seconds: float) -> None:
        """The process is frozen: edges of the time come when it goes on, with the moment at which it does."""
        self.now += seconds

    def _take(self, *edges: Edge) -> None:
        self.meant += self.hands.take(edges, self.now)
        counting = self.hands.counting(BUTTON, self.now)
        if counting is not (self.counted[-1][1] if self.counted else False):
            self.counted.append((round(self.now - START, 3), counting))

    def said(self, number: int = BUTTON) -> list[tuple[str, ...]]:
        return [_word(intent) for intent in self.meant if intent.input == number]


def _word(intent: Intent) -> tuple[str, ...]:
    words = (
        [intent.kind.value] if intent.purpose is Purpose.CALL else [intent.kind.value, intent.purpose.value]
    )
    return (*words, *([f"of {intent.of - START:.1f}"] if intent.of is not None else []))


def test_a_second_push_held_takes_the_press_back() -> None:
    bench = Bench()
    bench.push(0.0)
    bench.level(BUTTON, True, 1.0)
    bench.until(3.99)
    assert bench.said() == [("press",)]
    bench.until(4.1)
    assert bench.said() == [("press",), ("undo", "of 0.0")]
    assert bench.counted == [(1.5, True), (4.0, False)]
    bench.level(BUTTON, False, 5.0)
    bench.until(20)
    assert len(bench.meant) == 2
    (health, *_) = bench.hands.health(bench.now)
    assert (health.pushes, health.refused) == (1, {})


def test_a_second_push_that_is_let_go_too_early_changes_nothing() -> None:
    bench = Bench()
    bench.push(0.0)
    bench.push(1.0, 2.9)
    bench.until(10)
    assert bench.said() == [("press",)]
    assert bench.counted == [(1.5, True), (3.93, False)]
    assert bench.hands.health(bench.now)[0].refused == {"lockout": 1}


def test_a_second_push_after_the_lockout_was_a_press_and_takes_back_both() -> None:
    bench = Bench()
    bench.push(0.0)
    bench.level(BUTTON, True, 4.0)
    bench.until(8.0)
    assert bench.said() == [("press",), ("press",), ("undo", "of 4.0"), ("undo", "of 0.0")]


def test_a_second_push_that_comes_later_is_a_press_however_long() -> None:
    bench = Bench()
    bench.push(0.0)
    bench.push(UNDO_WITHIN_S + 0.1, 30.0)
    bench.until(60)
    assert bench.said() == [("press",), ("press",)]
    assert bench.counted == []


@pytest.mark.parametrize("for_s", [3.5, 30.0, 600.0])
def test_the_first_push_never_counts_however_long(for_s: float) -> None:
    bench = Bench()
    bench.push(0.0, for_s)
    bench.until(for_s + 10)
    assert bench.said() == [("press",)]
    assert bench.counted == []


def test_a_contact_that_shifts_under_the_finger_takes_nothing_back() -> None:
    bench = Bench()
    bench.level(BUTTON, True, 0.0)
    bench.level(BUTTON, False, 0.5)
    bench.level(BUTTON, True, 0.6)  # 70 ms after the release was sure
    bench.until(30)
    assert bench.said() == [("press",)]
    assert bench.counted == []


def test_after_a_press_was_taken_back_the_next_one_counts_for_itself() -> None:
    bench = Bench()
    bench.push(0.0)
    bench.push(1.0, 3.2)
    bench.push(8.0, 5.0)
    bench.until(30)
    assert bench.said() == [("press",), ("undo", "of 0.0"), ("press",)]


def test_each_button_is_taken_back_by_itself() -> None:
    bench = Bench()
    bench.push(0.0, number=OTHER)
    bench.push(1.0)
    bench.push(2.0, 3.5, number=OTHER)
    bench.until(20)
    assert bench.said(OTHER) == [("press",), ("undo", "of 0.0")]
    assert bench.said() == [("press",)]


def test_a_process_that_stood_still_takes_nothing_back() -> None:
    """The finger may have gone long ago: what nobody looked at proves no hold."""
    bench = Bench()
    bench.push(0.0)
    bench.level(BUTTON, True, 1.0)
    bench.until(1.5)
    bench.stand_still(6.0)
    bench.level(BUTTON, False, 7.5)
    bench.until(20)
    assert bench.said() == [("press",)]
    assert bench.hands.health(bench.now)[0].refused == {"lockout": 1}


def test_a_short_push_of_the_key_is_an_arrival_with_its_own_moment() -> None:
    bench = Bench()
    bench.push(0.0, 1.5, KEY)
    bench.until(10)
    (arrival,) = bench.meant
    assert (arrival.input, arrival.kind, arrival.via_input) == (BUTTON, PressKind.ARRIVE, KEY)
    assert arrival.at == START


def test_a_key_that_is_held_is_a_quiet_call_and_nothing_else() -> None:
    bench = Bench()
    bench.level(KEY, True, 0.0)
    bench.until(2.99)
    assert bench.meant == []
    bench.until(700)
    (quiet,) = bench.meant
    assert (quiet.input, quiet.kind, quiet.purpose, quiet.via_input) == (
        BUTTON,
        PressKind.QUIET,
        Purpose.CALL,
        KEY,
    )
    assert bench.counted == []
    bench.level(KEY, False, 701)
    bench.until(710)
    assert len(bench.meant) == 1


def test_the_lockout_of_a_key_swallows_no_gesture() -> None:
    bench = Bench()
    bench.push(0.0, number=KEY)
    bench.push(1.0, 3.5, number=KEY)
    bench.until(10)
    assert bench.said() == [("arrive",), ("quiet",)]


def test_the_button_pushed_while_the_key_is_held_is_a_drill_and_the_key_says_no_more() -> None:
    bench = Bench()
    bench.level(KEY, True, 0.0)
    bench.push(1.0)
    bench.level(KEY, False, 10.0)
    bench.until(20)
    (drill,) = bench.meant
    assert (drill.input, drill.kind, drill.purpose, drill.via_input) == (
        BUTTON,
        PressKind.PRESS,
        Purpose.DRILL,
        KEY,
    )


def test_a_drill_can_be_taken_back() -> None:
    bench = Bench()
    bench.level(KEY, True, 0.0)
    bench.push(0.5)
    bench.level(KEY, False, 1.0)
    bench.push(2.0, 3.5)
    bench.until(20)
    assert bench.said() == [("press", "drill"), ("undo", "of 0.5")]


def test_a_key_that_is_stuck_makes_no_drill_of_a_customers_press() -> None:
    bench = Bench()
    bench.level(KEY, True, 0.0)
    bench.push(HOLD_S + 0.01)
    bench.push(200.0)
    bench.until(300)
    assert bench.said() == [("quiet",), ("press",), ("press",)]


def test_a_key_makes_no_drill_of_another_buttons_press() -> None:
    bench = Bench()
    bench.level(KEY, True, 0.0)
    bench.push(1.0, number=OTHER)
    bench.level(KEY, False, 2.0)
    bench.until(10)
    assert bench.said(OTHER) == [("press",)]
    assert bench.said() == [("arrive",)]


def test_one_hold_of_the_key_is_one_drill() -> None:
    bench = Bench(Rules(lockout_s=0.3))
    bench.level(KEY, True, 0.0)
    bench.push(0.5)
    bench.push(2.0)
    bench.level(KEY, False, 2.5)
    bench.until(10)
    assert bench.said() == [("press", "drill"), ("press",)]


def test_another_key_plan_voids_what_is_held() -> None:
    bench = Bench()
    bench.level(KEY, True, 0.0)
    bench.until(1.0)
    bench.hands.set_plan(dict.fromkeys(bench.levels, Rules()), {KEY_OF_OTHER: OTHER})
    bench.level(KEY, False, 2.0)
    bench.until(10.0)
    assert bench.meant == []
    bench.push(20.0, number=KEY)  # a button now
    bench.until(30.0)
    assert bench.said(KEY) == [("press",)]


ACTS = st.tuples(
    st.sampled_from([BUTTON, OTHER, KEY, KEY_OF_OTHER]), st.floats(0.13, 8.0), st.floats(0.08, 8.0)
)


@given(acts=st.lists(ACTS, max_size=12))
@settings(max_examples=200, deadline=None)
def test_whatever_hands_do_no_press_is_eaten_and_every_push_is_accounted_for(acts: list[Any]) -> None:
    """One finger after the other: pushes made = presses + taken as a gesture + hidden in the lock-out."""
    bench, at = Bench(), 0.0
    pushes, quick = dict.fromkeys(bench.levels, 0), set()
    for number, pause, hold in acts:
        at += pause
        bench.push(at, hold, number)
        at += hold
        pushes[number] += 1
        if pause < 0.2:
            quick.add(number)
    bench.until(at + 30)
    for button in (BUTTON, OTHER):
        made = [intent for intent in bench.meant if intent.input == button and intent.kind is PressKind.PRESS]
        undone = [
            intent for intent in bench.meant if intent.input == button and intent.kind is PressKind.UNDO
        ]
        (health,) = [one for one in bench.hands.health(bench.now) if one.input == button]
        assert health.pushes == len(made)
        assert {intent.of for intent in undone} <= {intent.at for intent in made}
        assert len({intent.of for intent in undone}) == len(undone)
        if button in quick:
            continue
        by_second_push = sum(1 for one in undone if one.at is not None and _is_locked(one, undone))
        assert len(made) + by_second_push + health.refused.get("lockout", 0) == pushes[button]
    for key, button in KEYS.items():
        said = [intent for intent in bench.meant if intent.via_input == key]
        assert all(intent.input == button for intent in said)
        assert len(said) <= pushes[key]


def _is_locked(one: Intent, undone: list[Intent]) -> bool:
    """A second push in the lock-out takes back one press; one after it takes back two in the same moment."""
    return sum(1 for other in undone if other.at == one.at) == 1
