"""Looked up once per stretch, and still the roster at every single moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.replay.floors import Floors
from server.replay.lines import DutyPart
from server.replay.shop import store_of
from server.rules.facts import DutyKind, Store
from server.rules.opening import is_open
from server.rules.roster import roster
from server.shop_file import parse_shop
from tests.unit.server.replay.month import shop

AUTUMN = datetime(2026, 10, 24, 18, tzinfo=UTC)
"""The clock goes back in the night to the 25th."""
CLOCK = st.times().map(lambda one: one.replace(second=0, microsecond=0).strftime("%H:%M"))
DAYS = st.sampled_from(["mon-sun", "sat", "sun", "fri-sun", "mon"])
SHIFT = st.fixed_dictionaries(
    {"carrier": st.sampled_from(["P1", "P2", "P3"]), "days": DAYS, "from": CLOCK, "to": CLOCK}
)
DUTY = st.builds(
    lambda who, kind, start, minutes: DutyPart(
        who=who,
        kind=kind,
        starts_at=AUTUMN + timedelta(seconds=start),
        ends_at=AUTUMN + timedelta(seconds=start + minutes * 60),
    ),
    st.sampled_from(["P1", "P2", "P3"]),
    st.sampled_from(list(DutyKind)),
    st.integers(-90_000, 90_000),
    st.integers(1, 900),
)


def made(shifts: list[dict[str, Any]], duties: list[DutyPart], **other: Any) -> Store:
    return store_of(parse_shop(shop(3, 1, shifts=shifts, **other)), duties)


@given(
    st.lists(SHIFT, max_size=5),
    st.lists(DUTY, max_size=4),
    st.lists(st.floats(0, 2 * 86_400, allow_nan=False), min_size=1, max_size=30),
)
@settings(max_examples=150)
def test_the_same_as_the_roster(
    shifts: list[dict[str, Any]], duties: list[DutyPart], moments: list[float]
) -> None:
    store = made(shifts, duties)
    floors = Floors(store)
    for after in moments:
        now = AUTUMN + timedelta(seconds=after)
        assert floors.at(now) == roster(store, now.replace(microsecond=0))


@given(st.lists(SHIFT, max_size=3), st.lists(DUTY, max_size=3))
@settings(max_examples=25)
def test_empty_minutes_are_counted_as_minute_by_minute(
    shifts: list[dict[str, Any]], duties: list[DutyPart]
) -> None:
    duties = [one.model_copy(update={"starts_at": one.starts_at.replace(second=0)}) for one in duties]
    duties = [one.model_copy(update={"ends_at": one.ends_at.replace(second=0)}) for one in duties]
    hours = [{"days": "sat", "from": "09:00", "to": "02:00"}, {"days": "sun", "from": "01:00", "to": "05:00"}]
    store = made(shifts, [one for one in duties if one.starts_at < one.ends_at], opening=hours)
    begins = datetime(2026, 10, 23, 21, tzinfo=UTC)
    minutes = (begins + timedelta(minutes=passed) for passed in range(49 * 60))
    expected = sum(
        is_open(store, now) and not any(one.present for one in roster(store, now)) for now in minutes
    )
    assert Floors(store).empty_minutes(date(2026, 10, 24), date(2026, 10, 25)) == expected


def test_who_wears_no_pager_cannot_be_called() -> None:
    store = made([{"carrier": "P1", "days": "mon-sun", "from": "00:00", "to": "00:00"}], [], pagers=[])
    assert Floors(store).can_be_called(AUTUMN) == []
    assert Floors(store).empty_minutes(date(2026, 10, 25), date(2026, 10, 25)) == 14 * 60
