"""Habits: seeded, different from person to person, and never a closing that makes no sense."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.habits import (
    CAUSES,
    HEARD,
    OFTEN,
    OUTCOMES,
    REMEDIES,
    SELDOM,
    Closing,
    drawn_closing,
    drawn_habits,
)


def test_shares_are_whole() -> None:
    for table in (OUTCOMES, CAUSES, REMEDIES):
        assert sum(float(row[0]) for row in table) == pytest.approx(1.0)


def test_a_shop_has_both_kinds_and_the_same_seed_makes_the_same_people() -> None:
    def shop() -> list[tuple[float, ...]]:
        found = [drawn_habits(random.Random(f"3 person{n}").random) for n in range(40)]
        return [(one.passes, one.asks_help, one.forgets) for one in found]

    assert shop() == shop()
    for habit in zip(*shop(), strict=True):
        assert set(habit) == {OFTEN, SELDOM}


@given(st.randoms(use_true_random=False))
def test_a_closing_makes_sense(rng: random.Random) -> None:
    closing = drawn_closing(rng.random)
    assert closing.cost_cents >= 0
    if closing.remedy == "none":
        assert closing.cost_cents == 0
    if closing.outcome not in HEARD:
        assert closing == Closing(closing.outcome)
        assert closing.more() == {}
    else:
        assert closing.cause in {row[1] for row in CAUSES}
        assert set(closing.more()) == {"cause", "apology", "remedy", "cost_cents"}
