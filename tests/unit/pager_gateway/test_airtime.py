"""The hour of air time slides, never forgets too early, and says when there is room; pages are reckoned as POCSAG."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import PageFormat
from pager_gateway.airtime import GRAIN_S, HOUR_S, AirTime, Growing, alone_s
from pager_gateway.pocsag.packing import Call, pack

TEXT, NUMERIC, TONE, CODE = PageFormat.TEXT, PageFormat.NUMERIC, PageFormat.TONE, PageFormat.CODE
AIRED = st.lists(st.tuples(st.floats(0, 900), st.floats(0.1, 30)), max_size=40)
"""(pause before it, seconds)"""


def _spent(aired: list[tuple[float, float]]) -> tuple[AirTime, list[tuple[float, float]], float]:
    """A meter, what went on the air as (end, seconds), and the moment after it."""
    air, now, ends = AirTime(), 5_000.0, []
    for pause, seconds in aired:
        now += pause + seconds
        air.add(seconds, now)
        ends.append((now, seconds))
    return air, ends, now


@given(AIRED)
def test_all_of_the_last_hour_counts_and_little_more(aired: list[tuple[float, float]]) -> None:
    air, ends, now = _spent(aired)
    least = sum(seconds for end, seconds in ends if end > now - HOUR_S)
    most = sum(seconds for end, seconds in ends if end > now - HOUR_S - GRAIN_S)
    assert least - 1e-6 <= air.used(now) <= most + 1e-6
    assert air.used(now + HOUR_S + GRAIN_S) == 0.0


@given(AIRED, st.floats(1, 100), st.floats(1, 400))
def test_when_it_says_that_there_is_room_there_is(
    aired: list[tuple[float, float]], seconds: float, ceiling: float
) -> None:
    air, _, now = _spent(aired)
    at = air.room_at(seconds, ceiling, now)
    assert at >= now
    assert air.used(at) + seconds <= ceiling + 1e-6 or air.used(at) == 0.0


@given(AIRED, st.floats(1, 100))
def test_there_was_no_room_before(aired: list[tuple[float, float]], seconds: float) -> None:
    air, _, now = _spent(aired)
    at = air.room_at(seconds, 100.0, now)
    if at > now:
        assert air.used(at - 0.001) + seconds > 100.0 - 1e-6


@given(AIRED, st.floats(0, 5_000))
def test_what_is_read_back_counts_as_before(aired: list[tuple[float, float]], passed: float) -> None:
    air, _, now = _spent(aired)
    told = json.loads(json.dumps(air.spans(now)))
    later, read = 77.0, AirTime()
    read.load([(age + passed, seconds) for age, seconds in told], later)
    most, least = air.used(now + max(0.0, passed - GRAIN_S)), air.used(now + passed)
    assert least - 0.1 <= read.used(later) <= most + 0.1
    assert read.used(later + HOUR_S + 2 * GRAIN_S) == 0.0


def test_it_falls_by_itself_when_it_said_that_it_would() -> None:
    air = AirTime()
    assert air.next_change() is None
    air.add(3.0, 100.0)
    air.add(4.0, 200.0)
    at = air.next_change()
    assert at is not None
    assert (air.used(at - 0.001), air.used(at)) == (7.0, 4.0)


@pytest.mark.parametrize(
    ("format", "characters", "baud", "seconds"),
    [
        (TEXT, 24, 1200, 1.387),  # pocsag.md section 5: two batches for frames 3 to 7
        (TEXT, 24, 512, 3.250),
        (TONE, 0, 1200, 0.933),
        (NUMERIC, 10, 2400, 0.693),  # three words do not fit behind the last frame
        (CODE, 6, 1200, 0.5),
    ],
)
def test_a_page_alone(format: PageFormat, characters: int, baud: int, seconds: float) -> None:
    assert alone_s(format, characters, baud) == pytest.approx(seconds, abs=0.001)


@pytest.mark.parametrize("count", [1, 2, 5, 32])
@pytest.mark.parametrize("characters", [0, 4, 8, 24, 40, 80])
@pytest.mark.parametrize("apart", [0, 1, 3])
def test_a_batch_is_reckoned_about_as_long_as_it_is(characters: int, apart: int, count: int) -> None:
    """Texts for one capcode again and again, or each in another frame."""
    addresses = [f"{8_000 + number * apart}" for number in range(count)]
    growing = Growing(1200, packs=True)
    for address in addresses:
        reckoned = growing.with_another(TEXT, characters, address)
        growing.add(TEXT, characters, address)
    words = 1 + -(-characters * 7 // 20)
    really = pack([Call(int(address) % 8, (0,) * words) for address in addresses]).seconds(1200)
    assert 0.85 * really - 0.5 <= reckoned <= 1.35 * really + 1.0


def test_pages_that_are_not_packed_go_one_by_one() -> None:
    growing = Growing(1200, packs=False)
    for count in range(1, 4):
        assert growing.with_another(TEXT, 24, "1") == pytest.approx(count * alone_s(TEXT, 24, 1200))
        growing.add(TEXT, 24, "1")
