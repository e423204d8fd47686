"""Every state can be told from every other without seeing a colour, and none makes anybody ill."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.light import DARK, LIGHT_SETS, SOUNDS, Rhythm, Shown, level, next_change, pattern_for

GRAIN_S = 0.05
TOLD_IN_S = {"std": 4.0, "slow": 6.0}
"""How long a person must look, from whatever moment on; the slow ones change too seldom for less."""
TOLD_APART_S = 0.75
"""Two states differ by so much of that time at least, however they are laid over each other."""
SETS = list(LIGHT_SETS)
EACH = [(name, shown) for name in SETS for shown in Shown]


def signature(rhythm: Rhythm, seconds: float = 20.0) -> tuple[bool, ...]:
    return tuple(level(rhythm, 0.05 + 0.1 * step) for step in range(int(seconds * 10)))


def looks(rhythm: Rhythm, seconds: float) -> set[int]:
    """Everything that somebody can see who looks for so long: one bit per grain of time, from each phase."""
    phases = round(rhythm.length / GRAIN_S) if rhythm.repeats else 1
    grains = round(seconds / GRAIN_S)
    levels = [level(rhythm, (step + 0.5) * GRAIN_S) for step in range(phases + grains)]
    return {sum(levels[phase + bit] << bit for bit in range(grains)) for phase in range(phases)}


def test_every_state_has_a_rhythm_and_a_sound() -> None:
    assert set(SOUNDS) == set(Shown)
    for lights in LIGHT_SETS.values():
        assert set(lights) == set(Shown)
    assert set(TOLD_IN_S) == set(LIGHT_SETS)


@pytest.mark.parametrize("name", SETS)
def test_any_two_states_can_be_told_by_rhythm_from_whatever_moment_somebody_looks(name: str) -> None:
    seen = {shown: looks(rhythm, TOLD_IN_S[name]) for shown, rhythm in LIGHT_SETS[name].items()}
    for one, other in combinations(Shown, 2):
        nearest = min((a ^ b).bit_count() for a in seen[one] for b in seen[other]) * GRAIN_S
        assert nearest >= TOLD_APART_S, f"{one} looks like {other}"


@pytest.mark.parametrize(("name", "shown"), EACH)
def test_what_a_lamp_shows_goes_on_for_as_long_as_it_is_meant(name: str, shown: Shown) -> None:
    rhythm = LIGHT_SETS[name][shown]
    assert rhythm.repeats or len(rhythm.steps) == 1


@pytest.mark.parametrize(("name", "shown"), EACH)
def test_no_light_flashes_more_than_three_times_in_any_second(name: str, shown: Shown) -> None:
    levels = [level(LIGHT_SETS[name][shown], step / 100) for step in range(2_000)]
    rises = [index for index, (before, after) in enumerate(pairwise(levels)) if after and not before]
    assert all(sum(start <= rise < start + 100 for rise in rises) <= 3 for start in range(1_900))


@pytest.mark.parametrize("shown", list(Shown))
def test_a_slow_light_changes_at_most_once_a_second(shown: Shown) -> None:
    rhythm = LIGHT_SETS["slow"][shown]
    assert len(rhythm.steps) == 1 or all(seconds >= 1.0 for seconds, _ in rhythm.steps)


@pytest.mark.parametrize("name", SETS)
def test_a_light_answers_the_finger_at_once(name: str) -> None:
    for shown in set(Shown) - {Shown.IDLE}:
        assert level(LIGHT_SETS[name][shown], 0.0)


def heard(rhythm: Rhythm) -> tuple[str, bool]:
    """As an ear tells it: ticks, short and long beeps in order; and whether it comes again."""
    beeps = [seconds for seconds, on in rhythm.steps if on]
    for seconds in beeps:
        assert seconds <= 0.05 or 0.1 <= seconds <= 0.2 or seconds >= 0.3, "neither short nor long"
    return "".join("t" if one <= 0.05 else "." if one <= 0.2 else "-" for one in beeps), rhythm.repeats


def test_no_two_states_sound_alike() -> None:
    assert len({heard(rhythm) for rhythm in SOUNDS.values()}) == len(Shown)


@pytest.mark.parametrize(("name", "shown"), EACH)
def test_everything_but_idle_can_be_heard_and_silenced(name: str, shown: Shown) -> None:
    pattern = pattern_for(shown, 5.0, name, 4)
    assert bool(heard(pattern.sound)[0]) is (shown is not Shown.IDLE)
    assert (pattern.since, pattern.volume) == (5.0, 4)
    silent = pattern_for(shown, 5.0, name, 0)
    assert silent.sound is DARK
    assert silent.light == pattern.light == LIGHT_SETS[name][shown]


@pytest.mark.parametrize("name", SETS)
def test_idle_is_dark_and_coming_is_steady(name: str) -> None:
    assert not any(signature(LIGHT_SETS[name][Shown.IDLE]))
    assert all(signature(LIGHT_SETS[name][Shown.COMING]))


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
