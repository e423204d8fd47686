"""Words, numbers and moments as people of each language write them; local days where the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.frame.language import accepted, choose
from server.web.frame.words import LANGUAGES, Words, day_start, minutes, read_catalogues

CATALOGUES = read_catalogues()
TALLINN = ZoneInfo("Europe/Tallinn")
MOMENT = datetime(2026, 11, 21, 12, 7, 31, tzinfo=UTC)


def words(language: str) -> Words:
    return Words(language, CATALOGUES, "Europe/Tallinn")


@pytest.mark.parametrize(
    ("count", "ru", "et"),
    [(1, "1 вызов", "1 kutse"), (3, "3 вызова", "3 kutset"), (11, "11 вызовов", "11 kutset")],
)
def test_counted_things(count: int, ru: str, et: str) -> None:
    assert words("ru").ngettext("%(n)s call", "%(n)s calls", count) == ru
    assert words("et").ngettext("%(n)s call", "%(n)s calls", count) == et


def test_moments_are_the_stores_own() -> None:
    assert words("en").clock(MOMENT) == "14:07"
    assert words("et").clock_s(MOMENT) == "14:07:31"
    assert words("en").day(MOMENT) == "21 November 2026"
    assert words("ru").day(date(2026, 11, 21)) == "21 ноября 2026\u202fг."
    assert words("et").days(date(2026, 11, 15), date(2026, 11, 21)).startswith("15")


def test_numbers() -> None:
    assert words("en").seconds(0.9) == "0.9 s"
    assert words("ru").seconds(0.041) == "41 мс"
    assert words("et").seconds(75) == "1:15"
    assert words("en").percent(0.914) == "91\u202f%"
    assert [words("en").signed(number) for number in (6, -6, 0)] == ["+6", "−6", "±0"]
    assert words("ru").number(12345) == "12\u00a0345"


def test_minutes_as_the_script_in_the_page_writes_them() -> None:
    assert [minutes(seconds) for seconds in (-3, 0, 48.9, 161, 3600, 3727)] == [
        "0:00",
        "0:00",
        "0:48",
        "2:41",
        "1:00:00",
        "1:02:07",
    ]


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 21, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 21, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 25, 22, tzinfo=UTC)),
    ],
)
def test_days_begin_at_local_midnight_also_when_the_clocks_change(day: date, start: datetime) -> None:
    assert day_start(TALLINN, day) == start


def test_the_language_is_chosen_in_order() -> None:
    assert choose("ru", "et", "en", "et") == "ru"
    assert choose(None, "et", "ru", "en") == "et"
    assert choose(None, None, "fr, ru;q=0.5, et;q=0.9", "en") == "et"
    assert choose(None, "xx", "fr", "ru") == "ru"
    assert choose(None, None, "", None) == "en"


@given(st.text(max_size=300))
def test_any_header_ends_in_a_language_of_ours(header: str) -> None:
    assert choose(None, None, header, None) in LANGUAGES
    assert len(accepted(header)) <= 20
