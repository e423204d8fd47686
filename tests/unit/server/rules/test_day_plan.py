"""The plan of a day, both days included on which the clock is changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.rules.day_plan import day_bounds, day_plan
from server.rules.facts import Duty, DutyKind
from server.rules.roster import Why, roster
from tests.big_shop import big_store
from tests.unit.server.rules.floor import ANNA, BORIS, CARMEN, DAIRY, NOON, local, shift, store

MONDAY = date(2026, 3, 2)
HOUR = timedelta(hours=1)


def test_a_break_cuts_a_shift_and_an_extra_shift_adds_to_it() -> None:
    rest = Duty(ANNA, DutyKind.BREAK, None, NOON, NOON + HOUR / 4)
    more = Duty(ANNA, DutyKind.WORK, None, local(2026, 3, 2, 18), local(2026, 3, 2, 20))
    plan = day_plan(store(duties=(rest, more)), MONDAY)
    assert [(one.starts, one.ends, one.why) for one in plan[ANNA]] == [
        (local(2026, 3, 2, 9), NOON, Why.SHIFT),
        (NOON, NOON + HOUR / 4, Why.BREAK),
        (NOON + HOUR / 4, local(2026, 3, 2, 18), Why.SHIFT),
        (local(2026, 3, 2, 18), local(2026, 3, 2, 20), Why.WORK),
    ]
    assert sorted(plan) == [ANNA, BORIS, CARMEN]
    assert plan[ANNA][0].zones == {DAIRY}


def test_two_shifts_with_a_gap_are_two() -> None:
    plan = day_plan(store(shifts=(shift(ANNA, None, 9, 12), shift(ANNA, None, 13, 18))), MONDAY)
    assert [(one.starts.hour, one.ends.hour) for one in plan[ANNA]] == [(7, 10), (11, 16)]


def test_the_night_before_belongs_to_the_morning() -> None:
    plan = day_plan(store(shifts=(shift(ANNA, None, 22, 6, day=6),)), MONDAY)
    assert [(one.starts, one.ends) for one in plan[ANNA]] == [(local(2026, 3, 2), local(2026, 3, 2, 6))]


@pytest.mark.parametrize(
    ("day", "hours", "night"),
    [(date(2027, 3, 28), 23, 5), (date(2026, 10, 25), 25, 7), (date(2026, 11, 22), 24, 6)],
)
def test_both_changes_of_the_clock(day: date, hours: int, night: int) -> None:
    shop = store(shifts=(shift(ANNA, None, 22, 6, day=5), shift(BORIS, None, 0, 0, day=6)))
    first, last = day_bounds(shop, day)
    assert last - first == hours * HOUR
    plan = day_plan(shop, day)
    assert [one.ends - one.starts for one in plan[ANNA]] == [night * HOUR]
    assert [one.ends - one.starts for one in plan[BORIS]] == [hours * HOUR]


def test_an_empty_shop() -> None:
    assert day_plan(store(carriers={}, shifts=()), MONDAY) == {}


@settings(max_examples=15)
@given(st.dates(date(2026, 3, 1), date(2027, 4, 30)), st.integers(0, 25 * 60 - 1))
def test_at_every_minute_it_says_what_the_roster_says(day: date, minute: int) -> None:
    shop = big_store(local(day.year, day.month, day.day, 12))
    first, last = day_bounds(shop, day)
    at = first + timedelta(minutes=minute)
    if at >= last:
        return
    plan = day_plan(shop, day)
    for one in roster(shop, at):
        now = [part for part in plan.get(one.carrier_id, ()) if part.starts <= at < part.ends]
        if one.why is Why.NO_SHIFT:
            assert now == []
        else:
            assert [(part.present, part.why, part.zones) for part in now] == [
                (one.present, one.why, one.zones)
            ]
