"""Who is on the floor and why: shifts, turns, breaks, "I am here", and both changes of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.rules.facts import Duty, DutyKind, Rotation, Store
from server.rules.roster import Standing, Why, roster, turn
from tests.big_shop import BUSY, big_store
from tests.unit.server.rules.floor import (
    ANNA,
    BORIS,
    CARMEN,
    DAIRY,
    DMITRI,
    NOON,
    PEOPLE,
    WINE,
    local,
    shift,
    store,
)

HOUR = timedelta(hours=1)
TURNS = Rotation(1, "Nights", date(2026, 10, 19), 7, (ANNA, BORIS))
NIGHTS = tuple(shift(None, WINE, 22, 6, day=day, turn=1) for day in range(7))


def duty(
    kind: DutyKind, who: int = ANNA, first: float = -1, last: float = 1, zone: int | None = None
) -> Duty:
    """From `first` to `last` hours after noon."""
    return Duty(who, kind, zone, NOON + first * HOUR, NOON + last * HOUR)


def of(shop: Store, who: int = ANNA, at: datetime = NOON) -> Standing:
    (found,) = [one for one in roster(shop, at) if one.carrier_id == who]
    return found


def present(shop: Store, at: datetime) -> list[int]:
    return [one.carrier_id for one in roster(shop, at) if one.present]


def test_everybody_with_a_reason_those_who_are_here_first() -> None:
    assert [(one.carrier_id, one.present, one.why) for one in roster(store(), NOON)] == [
        (ANNA, True, Why.SHIFT),
        (BORIS, True, Why.SHIFT),
        (CARMEN, True, Why.SHIFT),
        (DMITRI, False, Why.NO_SHIFT),
    ]
    anna = of(store())
    assert anna.zones == {DAIRY}
    assert (anna.since, anna.until) == (local(2026, 3, 2, 9), local(2026, 3, 2, 18))


def test_a_break_ends_by_itself() -> None:
    shop = store(duties=(duty(DutyKind.BREAK, last=0.25),))
    away = of(shop)
    assert (away.present, away.why, away.until) == (False, Why.BREAK, NOON + HOUR / 4)
    assert of(shop, at=NOON + HOUR / 4).why is Why.SHIFT
    assert of(shop, at=NOON - 2 * HOUR).why is Why.SHIFT


@pytest.mark.parametrize(
    ("kinds", "why"),
    [
        ((DutyKind.AWAY, DutyKind.BREAK), Why.BREAK),
        ((DutyKind.HERE, DutyKind.AWAY), Why.AWAY),
        ((DutyKind.WORK, DutyKind.AWAY), Why.AWAY),
        ((DutyKind.WORK, DutyKind.HERE), Why.HERE),
        ((DutyKind.WORK,), Why.WORK),
        ((), Why.NO_SHIFT),
    ],
)
def test_of_several_exceptions_the_stronger_one_is_said(kinds: tuple[DutyKind, ...], why: Why) -> None:
    assert of(store(duties=tuple(duty(kind, DMITRI) for kind in kinds)), DMITRI).why is why


def test_of_two_breaks_the_longer_one_counts() -> None:
    shop = store(duties=(duty(DutyKind.BREAK, last=2), duty(DutyKind.BREAK, last=0.5)))
    assert of(shop).until == NOON + 2 * HOUR


def test_here_without_a_shift_is_anywhere_or_in_the_named_zone() -> None:
    assert of(store(duties=(duty(DutyKind.HERE, DMITRI),)), DMITRI).zones == {None}
    assert of(store(duties=(duty(DutyKind.WORK, DMITRI, zone=WINE),)), DMITRI).zones == {WINE}


def test_here_makes_a_shift_longer_and_adds_its_zone() -> None:
    stays = of(store(duties=(duty(DutyKind.HERE, last=8, zone=WINE),)))
    assert stays.zones == {DAIRY, WINE}
    assert (stays.why, stays.until) == (Why.SHIFT, NOON + 8 * HOUR)


@pytest.mark.parametrize(
    ("at", "works"),
    [
        (local(2026, 10, 23, 23), ANNA),  # Friday of Anna's week
        (local(2026, 10, 25, 3, 30), ANNA),  # the night of the change, the hour that comes twice
        (local(2026, 10, 25, 3, 30, fold=1), ANNA),
        (local(2026, 10, 26, 5, 59), ANNA),  # Monday: the night that began on Anna's Sunday
        (local(2026, 10, 26, 6), None),
        (local(2026, 10, 26, 22), BORIS),
        (local(2027, 3, 22, 5), BORIS),  # Monday before the spring change: still the night of his Sunday
        (local(2027, 3, 28, 2, 59), ANNA),
        (local(2027, 3, 28, 4), ANNA),
        (local(2027, 3, 29, 5, 59), ANNA),
        (local(2027, 3, 29, 22), BORIS),
        (local(2026, 10, 18, 23), None),  # before the first turn
    ],
)
def test_turns_change_by_the_local_day_on_which_the_shift_begins(at: datetime, works: int | None) -> None:
    shop = store(shifts=NIGHTS, rotations={1: TURNS})
    assert present(shop, at) == ([works] if works else [])
    if works:
        assert of(shop, works, at).why is Why.ROTATION


def test_a_turn_of_one_day_walks_through_both_changes_without_a_gap_or_a_double() -> None:
    daily = replace(TURNS, days=1, carriers=(ANNA, BORIS, CARMEN))
    shop = store(
        shifts=tuple(shift(None, None, 0, 0, day=day, turn=1) for day in range(7)), rotations={1: daily}
    )
    for start in (local(2026, 10, 24), local(2027, 3, 27)):
        whose = [present(shop, start + minutes * timedelta(minutes=15)) for minutes in range(4 * 71)]
        assert all(len(one) == 1 for one in whose)
        days = [one for at, one in enumerate(whose) if at == 0 or whose[at - 1] != one]
        assert len(days) == 3


def test_a_rotation_of_nobody_or_that_is_gone_calls_nobody() -> None:
    assert turn(replace(TURNS, carriers=()), date(2026, 11, 1)) is None
    assert (
        present(store(shifts=NIGHTS, rotations={1: replace(TURNS, carriers=())}), local(2026, 10, 23, 23))
        == []
    )
    assert present(store(shifts=NIGHTS), local(2026, 10, 23, 23)) == []


def test_whoever_left_the_shop_is_in_no_roster() -> None:
    without = store(carriers={ANNA: PEOPLE[ANNA]}, duties=(duty(DutyKind.BREAK, BORIS),))
    assert [one.carrier_id for one in roster(without, NOON)] == [ANNA]


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25)])
def test_a_shift_of_a_whole_day_on_both_changes(day: date, hours: int) -> None:
    shop = store(shifts=(shift(ANNA, None, 0, 0, day=6),))
    start = local(day.year, day.month, day.day)
    minutes = [start + n * timedelta(minutes=10) for n in range(-12, 6 * 27)]
    assert sum(of(shop, at=at).present for at in minutes) == 6 * hours


MOMENTS = st.integers(-10 * 24 * 60, 10 * 24 * 60).map(lambda minutes: BUSY + timedelta(minutes=minutes))


@settings(max_examples=30)
@given(MOMENTS, st.integers(0, 9999))
def test_the_order_of_what_is_written_down_changes_nothing(at: datetime, seed: int) -> None:
    first, random = big_store(), Random(seed)
    shifts, duties, people = list(first.shifts), list(first.duties), list(first.carriers.items())
    shifts += [replace(one, zone_id=7) for one in shifts[::9]]
    for rows in (shifts, duties, people):
        random.shuffle(rows)
    shuffled = replace(first, shifts=tuple(shifts), duties=tuple(duties), carriers=dict(people))
    plain = replace(shuffled, shifts=tuple(reversed(shifts)), duties=first.duties, carriers=first.carriers)
    assert roster(shuffled, at) == roster(plain, at) == roster(plain, at)


DUTIES = st.builds(
    lambda who, kind, first, long: Duty(who, kind, None, NOON + first * HOUR, NOON + (first + long) * HOUR),
    st.sampled_from(sorted(PEOPLE)),
    st.sampled_from(DutyKind),
    st.floats(-30, 30),
    st.floats(0.01, 30),
)


@given(st.lists(DUTIES, max_size=8), st.floats(-40, 40))
def test_everybody_once_each_with_a_reason_that_holds_now(duties: list[Duty], hours: float) -> None:
    at = NOON + hours * HOUR
    found = roster(store(duties=tuple(duties)), at)
    assert sorted(one.carrier_id for one in found) == sorted(PEOPLE)
    assert [one.present for one in found] == sorted((one.present for one in found), reverse=True)
    for one in found:
        assert one.present is (one.why in (Why.SHIFT, Why.ROTATION, Why.WORK, Why.HERE))
        assert bool(one.zones) is one.present
        if one.why is Why.NO_SHIFT:
            assert one.since is None
            assert one.until is None
        else:
            assert one.since is not None
            assert one.until is not None
            assert one.since <= at < one.until


@given(st.lists(DUTIES, max_size=8), st.floats(-40, 40))
def test_nobody_who_said_that_they_are_off_is_called(duties: list[Duty], hours: float) -> None:
    at = NOON + hours * HOUR
    off = {
        one.carrier_id
        for one in duties
        if one.kind in (DutyKind.BREAK, DutyKind.AWAY) and one.starts_at <= at < one.ends_at
    }
    assert off.isdisjoint(present(store(duties=tuple(duties)), at))
