"""Locks on wrong PINs, in virtual time: long enough for guessers, never for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.rules.pin_tries import (
    BURST,
    EVERY,
    FREE,
    LONGEST,
    NONE,
    Tries,
    give_back,
    pause,
    try_person,
    try_tablet,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GAPS = st.lists(st.integers(min_value=0, max_value=7_200), min_size=1, max_size=120)


def test_five_wrong_ones_cost_a_minute_and_each_further_one_twice_as_much() -> None:
    tries, now = Tries(), NOW
    for _ in range(FREE):
        wait, tries = try_person(tries, now)
        assert not wait
    waits = []
    for _ in range(9):
        wait, same = try_person(tries, now)
        assert same == tries, "a try that is refused costs nothing"
        waits.append(int(wait.total_seconds()) // 60)
        now += wait
        wait, tries = try_person(tries, now)
        assert not wait
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_four_wrong_ones_cost_nothing() -> None:
    assert [pause(wrong) for wrong in range(FREE)] == [NONE] * FREE
    assert pause(10**6) == LONGEST


@given(GAPS)
def test_nobody_tries_more_often_than_the_lock_allows(gaps: list[int]) -> None:
    """Whatever the rhythm: after the free ones each try comes a pause after the last one."""
    tries, now, made = Tries(), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        wait, after = try_person(tries, now)
        assert NONE <= wait <= LONGEST
        if not wait:
            made.append(now)
            assert after == Tries(tries.wrong + 1, now)
        else:
            assert after == tries
        tries = after
    for number in range(FREE, len(made)):
        assert made[number] - made[number - 1] >= pause(number)


@given(st.integers(min_value=1, max_value=40), st.integers(min_value=-(10**6), max_value=10**6))
def test_a_clock_that_was_set_locks_nobody_for_longer_than_the_pause(wrong: int, moved: int) -> None:
    """Also back by days: the pause begins anew, and what is kept says so."""
    now = NOW + timedelta(seconds=moved)
    wait, kept = try_person(Tries(wrong, NOW), now)
    assert wait <= pause(wrong)
    again, _ = try_person(kept, now + wait) if wait else (NONE, kept)
    assert not again


@given(GAPS)
def test_a_tablet_as_a_whole_allows_a_burst_and_then_a_trickle(gaps: list[int]) -> None:
    free_at: datetime | None = None
    now, made = NOW, 0
    for gap in gaps:
        now += timedelta(seconds=gap)
        wait, free_at = try_tablet(free_at, now)
        made += not wait
        assert wait <= EVERY
    assert made <= BURST + (now - NOW) / EVERY + 1


def test_a_burst_on_a_tablet_then_one_at_a_time() -> None:
    free_at: datetime | None = None
    for _ in range(BURST):
        wait, free_at = try_tablet(free_at, NOW)
        assert not wait
    wait, free_at = try_tablet(free_at, NOW)
    assert wait == EVERY
    assert try_tablet(free_at, NOW + EVERY)[0] == NONE
    assert try_tablet(free_at, NOW - timedelta(days=3))[0] <= EVERY


def test_a_right_one_costs_the_tablet_nothing_and_pays_for_nobody_else() -> None:
    _, once = try_tablet(None, NOW)
    assert give_back(once, NOW) is None
    _, twice = try_tablet(once, NOW)
    assert give_back(twice, NOW) == once
    assert give_back(None, NOW) is None
