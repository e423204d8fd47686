"""Covered minutes: whole ones, right on the days on which the clock changes, and never a minute too many."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.coverage import OFF, Covered, covered_minutes
from server.rules.coverage import Span as Row
from server.rules.facts import Span
from server.rules.opening import Stretch, stretches
from tests.unit.server.rules.test_readiness import store

FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
MIDNIGHT = datetime(2026, 3, 28, 12, tzinfo=UTC)
OPEN = (datetime(2026, 3, 2, 7, tzinfo=UTC), datetime(2026, 3, 2, 19, tzinfo=UTC))
LATER = datetime(2027, 1, 1, tzinfo=UTC)
DEAD = ("dead", "g1/t1")


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, second, tzinfo=UTC)


def good(first: datetime, last: datetime) -> Row:
    return Row(first, last, True)


def bad(first: datetime, last: datetime, *causes: tuple[str, str]) -> Row:
    return Row(first, last, False, causes or (DEAD,))


def test_everything_held_all_day() -> None:
    assert covered_minutes([good(at(6), at(20))], [OPEN], LATER) == Covered(720, 720, {})


def test_nobody_looked() -> None:
    assert covered_minutes([], [OPEN], LATER) == Covered(720, 0, {OFF: 720})


def test_until_now() -> None:
    assert covered_minutes([good(at(6), at(9, 0, 30))], [OPEN], at(9, 0, 30)) == Covered(120, 120, {})
    assert covered_minutes([], [OPEN], at(5)) == Covered(0, 0, {})


def test_a_minute_counts_only_when_all_of_it_held() -> None:
    rows = [good(at(6), at(8, 0, 30)), bad(at(8, 0, 30), at(8, 0, 31)), good(at(8, 0, 31), at(20))]
    assert covered_minutes(rows, [OPEN], LATER) == Covered(720, 719, {DEAD: 1})


def test_a_restart_of_the_server_costs_the_minutes_it_touched() -> None:
    rows = [good(at(6), at(8, 1, 0)), good(at(8, 2, 5), at(20))]
    assert covered_minutes(rows, [OPEN], LATER) == Covered(720, 718, {OFF: 2})


def test_spans_that_touch_are_one() -> None:
    rows = [good(at(6), at(8, 0, 30)), good(at(8, 0, 30), at(20))]
    assert covered_minutes(rows, [OPEN], LATER).covered == 720


def test_several_causes_in_one_minute() -> None:
    other = ("offline", "b1")
    rows = [good(at(6), at(8)), bad(at(8), at(8, 5), DEAD, other), bad(at(8, 5), at(8, 6), other)]
    rows.append(good(at(8, 6), at(20)))
    assert covered_minutes(rows, [OPEN], LATER) == Covered(720, 714, {DEAD: 5, other: 6})


def test_a_row_without_length_says_nothing() -> None:
    rows = [good(at(6), at(20)), bad(at(8), at(8))]
    assert covered_minutes(rows, [OPEN], LATER).covered == 720


def test_what_contradicts_itself_is_not_covered() -> None:
    assert covered_minutes([good(at(6), at(20)), bad(at(8), at(9))], [OPEN], LATER).covered == 660


@pytest.mark.parametrize(("day", "minutes"), [(FORWARD, 23 * 60), (BACK, 25 * 60), (date(2026, 3, 2), 1440)])
def test_a_day_has_as_many_minutes_as_it_has(day: date, minutes: int) -> None:
    hours = stretches(store(), day)
    everything = [good(hours[0][0], hours[-1][1])]
    assert covered_minutes(everything, hours, LATER) == Covered(minutes, minutes, {})


@pytest.mark.parametrize(("day", "minutes"), [(FORWARD, 7 * 60), (BACK, 9 * 60)])
def test_a_night_in_which_the_clock_changes(day: date, minutes: int) -> None:
    night = Span((day - timedelta(days=1)).weekday(), time(22), time(6))
    hours = stretches(store(opening=(night,)), day - timedelta(days=1))
    found = covered_minutes([good(hours[0][0], hours[0][1])], hours, LATER)
    assert found == Covered(minutes, minutes, {})


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """What an engine could have written: spans in order, with pauses; the last one may be without length."""
    moment = datetime(2026, 3, 28, 20, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 40_000)))
    found = []
    for _ in range(draw(st.integers(0, 12))):
        moment += timedelta(seconds=draw(st.sampled_from([0, 0, 1, 59, 200, 4_000])))
        last = moment + timedelta(seconds=draw(st.integers(0, 9_000)))
        ok = draw(st.booleans())
        found.append(Row(moment, last, ok, () if ok else (DEAD,)))
        moment = last
    return found


hours = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 1500)).map(
        lambda pair: (
            datetime(2026, 3, 28, 22, tzinfo=UTC) + timedelta(minutes=pair[0]),
            datetime(2026, 3, 28, 22, tzinfo=UTC) + timedelta(minutes=pair[0] + pair[1]),
        )
    ),
    max_size=3,
)


@given(rows(), hours, st.integers(0, 3_000))
def test_minute_by_minute(written: list[Row], opening: list[Stretch], until_minutes: int) -> None:
    """Against a count that looks at every minute by itself."""
    until = datetime(2026, 3, 28, 22, tzinfo=UTC) + timedelta(minutes=until_minutes, seconds=17)
    found = covered_minutes(written, opening, until)
    minute = timedelta(minutes=1)
    start = datetime(2026, 3, 28, 22, tzinfo=UTC)
    open_minutes = [
        moment
        for moment in (start + minute * number for number in range(3_100))
        if any(first <= moment and moment + minute <= min(last, until) for first, last in opening)
    ]
    covered = sum(_holds(moment, written) for moment in open_minutes)
    assert found.opening == len(open_minutes)
    assert found.covered == covered
    assert found.covered + found.uncovered == found.opening
    assert (found.uncovered == 0) == (sum(found.lost.values()) == 0)
    assert max(found.lost.values(), default=0) <= found.uncovered <= sum(found.lost.values())


def _holds(minute: datetime, written: list[Row]) -> bool:
    """Every second of it lies in a span that is ok."""
    seconds = [minute + timedelta(seconds=number) for number in range(60)]
    return all(any(row.ok and row.starts_at <= one < row.ends_at for row in written) for one in seconds)
