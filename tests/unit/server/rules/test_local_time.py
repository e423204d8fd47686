"""Weekly stretches by the clock on the wall, through both nights in which that clock is changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.facts import Span
from server.rules.local_time import any_runs, bounds, days_around, runs
from tests.unit.server.rules.floor import TALLINN, local

DAY = Span(0, time(9), time(18))
NIGHT = Span(5, time(22), time(6))
"""Saturday into Sunday."""
MINUTE = timedelta(minutes=1)


def covers(span: Span, at: datetime) -> bool:
    return runs(span, at, TALLINN, days_around(at, TALLINN)) is not None


@pytest.mark.parametrize(
    ("at", "working"),
    [
        (local(2026, 3, 2, 8, 59, 59), False),
        (local(2026, 3, 2, 9), True),
        (local(2026, 3, 2, 17, 59, 59), True),
        (local(2026, 3, 2, 18), False),
        (local(2026, 3, 3, 12), False),
    ],
)
def test_a_stretch_starts_on_its_second_and_ends_before_its_end(at: datetime, working: bool) -> None:
    assert covers(DAY, at) is working


@pytest.mark.parametrize(
    ("at", "working"),
    [
        (local(2027, 3, 27, 21, 59), False),
        (local(2027, 3, 27, 22), True),
        (local(2027, 3, 28, 2, 59), True),  # the last minute before 03:00 becomes 04:00
        (local(2027, 3, 28, 4), True),
        (local(2027, 3, 28, 5, 59), True),
        (local(2027, 3, 28, 6), False),
        (local(2026, 10, 25, 3, 30), True),
        (local(2026, 10, 25, 3, 30, fold=1), True),  # the same half hour for the second time
        (local(2026, 10, 25, 5, 59), True),
        (local(2026, 10, 25, 6), False),
    ],
)
def test_a_night_over_both_changes(at: datetime, working: bool) -> None:
    assert covers(NIGHT, at) is working


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 27), 7), (date(2026, 10, 24), 9), (date(2026, 11, 21), 8)]
)
def test_the_night_is_as_long_as_it_is_for_whoever_works_it(day: date, hours: int) -> None:
    first, last = bounds(NIGHT.starts, NIGHT.ends, day, TALLINN)
    assert last - first == timedelta(hours=hours)
    minutes = [first + minute * MINUTE for minute in range(-120, 12 * 60)]
    assert sum(covers(NIGHT, at) for at in minutes) == hours * 60


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25), (date(2026, 11, 22), 24)]
)
def test_midnight_to_midnight_is_the_whole_day(day: date, hours: int) -> None:
    first, last = bounds(time(0), time(0), day, TALLINN)
    assert last - first == timedelta(hours=hours)
    assert first == local(day.year, day.month, day.day)


def test_an_hour_that_does_not_exist_begins_when_it_would_have() -> None:
    """03:30 on the day of the change: half an hour after the clock jumped, which is 04:30 on the wall."""
    first, last = bounds(time(3, 30), time(8), date(2027, 3, 28), TALLINN)
    assert first == local(2027, 3, 28, 4, 30)
    assert last == local(2027, 3, 28, 8)
    gone, back = bounds(time(3, 30), time(4), date(2027, 3, 28), TALLINN)
    assert gone >= back  # so it never runs
    assert not any(
        covers(Span(6, time(3, 30), time(4)), local(2027, 3, 28, 0) + n * MINUTE) for n in range(24 * 60)
    )


def test_the_hour_that_comes_twice_is_worked_twice() -> None:
    span = Span(6, time(3), time(4))
    start = local(2026, 10, 25, 0)
    assert sum(covers(span, start + n * MINUTE) for n in range(25 * 60)) == 120


FIRST, LAST = datetime(2024, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001  Hypothesis wants them without a zone
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC)) | st.sampled_from(
    [local(2027, 3, 28, 2, 59) + n * MINUTE for n in range(90)]
    + [local(2026, 10, 25, 2, 59) + n * MINUTE for n in range(150)]
)


@given(MOMENTS, st.sampled_from([(6, 14, 22), (0, 3, 4), (3, 12, 20)]), st.integers(0, 59))
def test_three_stretches_that_follow_each_other_leave_no_moment_uncovered(
    at: datetime, hours: tuple[int, int, int], minute: int
) -> None:
    one, two, three = (time(hour, minute) for hour in hours)
    week = [Span(day, *ends) for day in range(7) for ends in ((one, two), (two, three), (three, one))]
    assert any_runs(week, at, TALLINN)


@given(MOMENTS)
def test_a_stretch_that_runs_says_when_it_began_and_will_end(at: datetime) -> None:
    days = days_around(at, TALLINN)
    for span in [Span(day, time(22), time(6)) for day in range(7)]:
        found = runs(span, at, TALLINN, days)
        if found is not None:
            first, last = found
            assert first <= at < last
            assert first.astimezone(TALLINN).weekday() == span.weekday
