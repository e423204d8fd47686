"""Verdicts on one push: of the buttons that people buy, of worn ones, and of every way to wire them wrong."""

from __future__ import annotations

import random

import pytest

from firmware_bridge.config import InputPins
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.self_test.contact import contact, measure, resting
from firmware_bridge.self_test.findings import Level

NO = InputPins(n=1, pin=17)
NC = InputPins(n=1, pin=17, normally_closed=True)


def train(*spans: tuple[float, float], start: float = 100.0) -> list[Edge]:
    """Closed for a time, then open for a time, and so on."""
    edges, at = [], start
    for closed_s, open_s in spans:
        edges += [Edge(1, True, at), Edge(1, False, at + closed_s)]
        at += closed_s + open_s
    return edges


def mushroom() -> list[Edge]:
    """Over a thousand edges in half a second, then the finger, then some at the release."""
    rng = random.Random(3)
    noise = [(rng.uniform(0.0002, 0.0009), rng.uniform(0.0001, 0.0003)) for _ in range(650)]
    return train(*noise, (0.3, 0.001), (0.002, 0.0))


def test_a_metal_button_is_fine() -> None:
    found = contact(NO, Rules(), False, train((0.0001, 0.0001), (0.4, 0.0)))
    assert found.level is Level.FINE
    assert found.saw == "4 edges, bounce 0.2 ms, held 400 ms, 1 press"


def test_a_big_mushroom_works_and_is_named() -> None:
    found = contact(NO, Rules(), False, mushroom())
    assert found.level is Level.NOTE
    assert "mushroom" in found.do
    assert "1 press" in found.saw


def test_bounce_at_the_release_counts_too() -> None:
    assert measure(Rules(), train((0.3, 0.002), (0.001, 0.2), (0.001, 0.0))).bounce_s == pytest.approx(0.204)


def test_a_brush_is_no_push() -> None:
    found = contact(NO, Rules(), False, train((0.02, 0.0)))
    assert found.level is Level.WRONG
    assert "too short" in found.do


def test_one_push_that_counts_twice_is_a_worn_button() -> None:
    found = contact(NO, Rules(lockout_s=0.0), False, train((0.2, 0.3), (0.2, 0.0)))
    assert found.level is Level.WRONG
    assert "2 presses" in found.saw


def test_nothing_seen() -> None:
    found = contact(NO, Rules(), False, [])
    assert (found.level, found.saw) == (Level.WRONG, "nothing seen")
    assert "pin 17" in found.do


def test_pushed_and_not_let_go() -> None:
    assert "not let go" in contact(NO, Rules(), False, [Edge(1, True, 1.0)]).saw


@pytest.mark.parametrize(("pins", "saw"), [(NO, "wired as normally closed"), (NC, "wired as normally open")])
def test_the_wrong_pair_of_a_button(pins: InputPins, saw: str) -> None:
    found = contact(pins, Rules(), True, [Edge(1, False, 1.0), Edge(1, True, 1.4)])
    assert (found.level, found.saw) == (Level.WRONG, saw)
    assert "normally_closed" in found.do


@pytest.mark.parametrize(("pins", "word"), [(NO, "short circuit"), (NC, "wire cut")])
def test_pushed_for_ever(pins: InputPins, word: str) -> None:
    for found in (contact(pins, Rules(), True, []), resting(pins, True)):
        assert found.level is Level.WRONG
        assert word in found.do


def test_without_hands_a_contact_at_rest_is_only_noted() -> None:
    assert resting(NO, False).level is Level.NOTE


def test_a_staff_key_is_called_so() -> None:
    assert contact(InputPins(n=2, pin=22, role="key", key_for=1), Rules(), False, []).name == "key 2 (pin 22)"
