"""Every state can be told from every other without seeing a colour, and none makes anybody ill."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.light import DARK, LIGHTS, SOUNDS, Rhythm, Shown, level, next_change, pattern_for


def signature(rhythm: Rhythm, seconds: float = 20.0) -> tuple[bool, ...]:
    return tuple(level(rhythm, 0.05 + 0.1 * step) for step in range(int(seconds * 10)))


def test_every_state_has_a_rhythm_and_a_sound() -> None:
    assert set(LIGHTS) == set(SOUNDS) == set(Shown)


@pytest.mark.parametrize(("one", "other"), list(combinations(Shown, 2)))
def test_any_two_states_differ_for_most_of_the_time_somewhere_in_five_seconds(
    one: Shown, other: Shown
) -> None:
    first, second = signature(LIGHTS[one], 5), signature(LIGHTS[other], 5)
    assert sum(a != b for a, b in zip(first, second, strict=True)) >= 5


@pytest.mark.parametrize("shown", list(Shown))
def test_no_light_flashes_more_than_three_times_in_any_second(shown: Shown) -> None:
    levels = [level(LIGHTS[shown], step / 100) for step in range(2_000)]
    rises = [index for index, (before, after) in enumerate(pairwise(levels)) if after and not before]
    assert all(sum(start <= rise < start + 100 for rise in rises) <= 3 for start in range(1_900))


def test_everything_but_idle_can_be_heard_and_silenced() -> None:
    for shown in Shown:
        heard = any(signature(pattern_for(shown, 0.0).sound)) or any(on for _, on in SOUNDS[shown].steps)
        assert heard is (shown is not Shown.IDLE)
        assert pattern_for(shown, 0.0, silent=True).sound is DARK


def test_idle_is_dark_and_coming_is_steady() -> None:
    assert not any(signature(LIGHTS[Shown.IDLE]))
    assert all(signature(LIGHTS[Shown.COMING]))


@given(
    steps=st.lists(st.tuples(st.floats(0.01, 3), st.booleans()), min_size=1, max_size=8),
    repeats=st.booleans(),
    elapsed=st.floats(0, 1_000),
)
def test_the_level_holds_until_the_next_change(
    steps: list[tuple[float, bool]], repeats: bool, elapsed: float
) -> None:
    rhythm = Rhythm(tuple(steps), repeats)
    ends = next_change(rhythm, elapsed)
    if ends is None:
        assert not repeats
        assert level(rhythm, elapsed + 10_000) is level(rhythm, elapsed)
    else:
        assert ends >= elapsed
        between = elapsed + (ends - elapsed) * 0.999
        assert level(rhythm, between) is level(rhythm, elapsed)


def test_a_rhythm_that_ends_keeps_its_last_level() -> None:
    beep = SOUNDS[Shown.SENDING]
    assert level(beep, 0.01)
    assert not level(beep, 0.04)
    assert next_change(beep, 0.04) is None
