"""Who is on the floor, in the store's own time, both clock changes included."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.facts import Shift
from server.rules.shifts import covers, on_the_floor

TALLINN = ZoneInfo("Europe/Tallinn")
DAY = Shift(1, None, 0, time(9), time(18))
NIGHT = Shift(2, None, 5, time(22), time(6))  # Saturday into Sunday


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=TALLINN, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


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
def test_a_shift_starts_on_its_second_and_ends_before_its_end(at: datetime, working: bool) -> None:
    assert covers(DAY, at, TALLINN) is working


@pytest.mark.parametrize(
    ("at", "working"),
    [
        (local(2026, 3, 28, 21, 59), False),
        (local(2026, 3, 28, 22), True),
        (local(2026, 3, 29, 2, 59), True),  # the last minute before 03:00 becomes 04:00
        (local(2026, 3, 29, 5, 59), True),
        (local(2026, 3, 29, 6), False),
        (local(2026, 10, 25, 3, 30), True),
        (local(2026, 10, 25, 3, 30, fold=1), True),  # the same hour for the second time
        (local(2026, 10, 25, 6), False),
    ],
)
def test_a_night_shift_over_both_clock_changes(at: datetime, working: bool) -> None:
    assert covers(NIGHT, at, TALLINN) is working


@pytest.mark.parametrize(("day", "hours"), [(28, 7), (21, 8)])
def test_the_night_in_which_the_clock_goes_forward_is_an_hour_shorter(day: int, hours: int) -> None:
    start = local(2026, 3, day, 22)
    minutes = [start + timedelta(minutes=one) for one in range(12 * 60)]
    assert sum(covers(NIGHT, at, TALLINN) for at in minutes) == hours * 60


def test_a_shift_from_midnight_to_midnight_is_the_whole_day() -> None:
    whole = Shift(1, None, 0, time(0), time(0))
    assert covers(whole, local(2026, 3, 2, 0), TALLINN)
    assert covers(whole, local(2026, 3, 2, 23, 59), TALLINN)
    assert not covers(whole, local(2026, 3, 3, 0), TALLINN)


FIRST, LAST = datetime(2024, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001  Hypothesis wants them without a zone


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_three_shifts_a_day_leave_nobody_and_nothing_uncovered(at: datetime) -> None:
    week = [
        Shift(number, None, weekday, time(starts), time(ends))
        for weekday in range(7)
        for number, (starts, ends) in enumerate([(6, 14), (14, 22), (22, 6)])
    ]
    assert len(on_the_floor(week, at, TALLINN)) == 1
