"""Filters and cursors survive anything that is typed or sent."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.history import Cursor
from server.web.history.filters import Typed, read, read_cursor, write_cursor

TODAY = date(2026, 11, 21)
TALLINN = ZoneInfo("Europe/Tallinn")


def test_without_a_wish_it_is_the_last_seven_days() -> None:
    assert read({}, TODAY) == Typed(first=date(2026, 11, 15), last=TODAY)


def test_days_are_local_and_both_included() -> None:
    filters = read({"from": "2026-11-20", "to": "2026-11-20"}, TODAY).filters(TALLINN)
    assert filters.first == datetime(2026, 11, 19, 22, tzinfo=UTC)
    assert filters.last == datetime(2026, 11, 20, 22, tzinfo=UTC)


def test_days_the_wrong_way_round_are_turned() -> None:
    typed = read({"from": "2026-11-20", "to": "2026-11-01"}, TODAY)
    assert (typed.first, typed.last) == (date(2026, 11, 1), date(2026, 11, 20))


def test_a_link_says_what_was_typed() -> None:
    given_ = {"from": "2026-11-01", "to": "2026-11-02", "zone": "3", "state": "closed", "q": "fish & chips"}
    typed = read(given_, TODAY)
    assert read(dict(parse_qsl(typed.query())), TODAY) == typed


names = st.sampled_from(["from", "to", "zone", "button", "state", "outcome", "purpose", "q"])


@given(st.dictionaries(names, st.text(max_size=80)))
def test_nothing_typed_is_an_error(typed: dict[str, str]) -> None:
    filters = read(typed, TODAY).filters(TALLINN)
    assert filters.first < filters.last
    assert len(filters.text) <= 60


DAYS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999)


@given(DAYS, st.uuids(), st.booleans())
def test_a_cursor_comes_back_as_it_was(at: datetime, key: UUID, newer: bool) -> None:
    cursor = Cursor(at, key, newer)
    assert read_cursor(write_cursor(cursor)) == cursor


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999+00:00", "9999-12-31T20:00:00-14:00"]
)
def test_the_ends_of_the_calendar_are_no_cursor(at: str) -> None:
    """Beyond them nothing can be computed: neither a moment in UTC nor the one after it."""
    raw = f"o{at}|{UUID(int=1)}".encode()
    assert read_cursor(base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None


@given(st.text(max_size=250))
def test_nonsense_is_no_cursor(text: str) -> None:
    found = read_cursor(text)
    assert found is None or found.opened_at.tzinfo is not None
