"""Open or closed: weekly hours, past midnight, dates of their own, both changes of the clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from server.rules.facts import Span, SpecialDay
from server.rules.opening import is_open, stretches
from tests.unit.server.rules.floor import local, store

WEEK = tuple(Span(day, time(9), time(21)) for day in range(7))
CLUB = tuple(Span(day, time(20), time(4)) for day in range(7))
EVE = SpecialDay(date(2026, 12, 24), time(9), time(14))
SHUT = SpecialDay(date(2026, 12, 25), None, None)
MINUTE = timedelta(minutes=1)


def minutes_open(opening: tuple[Span, ...], day: date) -> int:
    shop = store(opening=opening)
    start, end = local(day.year, day.month, day.day), local(day.year, day.month, day.day + 1)
    return sum(is_open(shop, start + n * MINUTE) for n in range(int((end - start) / MINUTE)))


def test_a_store_without_hours_is_always_open() -> None:
    assert is_open(store(), local(2026, 3, 2, 3))
    ((first, last),) = stretches(store(), date(2026, 3, 2))
    assert (first, last) == (local(2026, 3, 2), local(2026, 3, 3))


@pytest.mark.parametrize(
    ("at", "is_it"),
    [
        (local(2026, 12, 23, 8, 59, 59), False),
        (local(2026, 12, 23, 9), True),
        (local(2026, 12, 23, 21), False),
        (local(2026, 12, 24, 13, 59), True),
        (local(2026, 12, 24, 14), False),
        (local(2026, 12, 25, 12), False),
        (local(2026, 12, 26, 12), True),
    ],
)
def test_weekly_hours_and_dates_of_their_own(at: datetime, is_it: bool) -> None:
    assert is_open(store(opening=WEEK, special_days=(EVE, SHUT)), at) is is_it


def test_a_night_that_began_before_a_day_off_is_not_cut_at_midnight() -> None:
    shop = store(opening=CLUB, special_days=(SHUT,))
    assert is_open(shop, local(2026, 12, 25, 3, 59))
    assert not is_open(shop, local(2026, 12, 25, 4))
    assert not is_open(shop, local(2026, 12, 25, 23))
    assert not is_open(shop, local(2026, 12, 26, 3))
    assert stretches(shop, date(2026, 12, 25)) == ()


@pytest.mark.parametrize(
    ("day", "minutes"),
    # open until 04:00 and again from 20:00
    [(date(2027, 3, 28), 420), (date(2026, 10, 25), 540), (date(2026, 11, 22), 480)],
)
def test_a_night_over_both_changes(day: date, minutes: int) -> None:
    assert minutes_open(CLUB, day) == minutes


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 10, 25)])
def test_a_day_has_its_twelve_hours_on_both_changes(day: date) -> None:
    assert minutes_open(WEEK, day) == 12 * 60


def test_two_stretches_on_one_day() -> None:
    siesta = (Span(0, time(9), time(13)), Span(0, time(16), time(20)))
    assert minutes_open(siesta, date(2026, 3, 2)) == 8 * 60
    assert minutes_open(siesta, date(2026, 3, 3)) == 0


def test_a_day_off_closes_a_store_that_is_otherwise_always_open() -> None:
    shop = store(special_days=(SHUT,))
    assert stretches(shop, SHUT.day) == ()
    assert not is_open(shop, local(2026, 12, 25, 12))
    assert is_open(shop, local(2026, 12, 24, 23, 59))
    assert is_open(shop, local(2026, 12, 26))
