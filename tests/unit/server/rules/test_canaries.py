"""When which silent walk is due: everything in time, nothing at once, soon again after a failure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.canaries import (
    AGAIN_AFTER_BAD,
    EVERY,
    LENIENT,
    Input,
    Sender,
    Tried,
    Walk,
    next_walk,
    runs_now,
    slot_after,
)
from server.rules.facts import Span, SpecialDay, Store
from tests.unit.server.rules.test_readiness import store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INPUTS: list[Input] = [("b1", 1), ("b1", 2), ("b2", 1)]
SENDERS: list[Sender] = [("g1", "t1"), ("g2", "t1")]


def run(inputs: list[Input], senders: list[Sender], walks: int) -> list[tuple[datetime, Walk]]:
    """The walks that come one after the other when each is begun at its moment and is good."""
    tried_inputs: dict[Input, Tried] = {}
    tried_senders: dict[Sender, Tried] = {}
    now, found = NOW, []
    for _ in range(walks):
        walk = next_walk(inputs, senders, tried_inputs, tried_senders)
        assert walk is not None
        now = max(now + timedelta(seconds=5), walk[0])
        tried_inputs[walk[1].place] = Tried(now, True)
        if walk[1].sender is not None:
            tried_senders[walk[1].sender] = Tried(now, True)
        found.append((now, walk[1]))
    return found


def test_without_an_input_there_is_nothing_to_walk() -> None:
    assert next_walk([], SENDERS, {}, {}) is None


def test_without_a_transmitter_the_buttons_half_is_tried() -> None:
    found = next_walk(INPUTS, [], {}, {})
    assert found is not None
    assert found[1] == Walk(("b1", 1), None)


def test_what_was_never_tried_is_due_at_once_and_then_everything_in_turn() -> None:
    found = run(INPUTS, SENDERS, 3)
    assert [walk.place for _, walk in found] == INPUTS
    assert {walk.sender for _, walk in found} == set(SENDERS)
    assert found[-1][0] - NOW <= timedelta(seconds=15)


@given(
    inputs=st.integers(1, 40),
    senders=st.integers(1, 6),
)
def test_nothing_waits_longer_than_a_quarter_of_an_hour_and_nothing_comes_together(
    inputs: int, senders: int
) -> None:
    places: list[Input] = [(f"b{n}", 1) for n in range(inputs)]
    boxes: list[Sender] = [("g1", f"t{n}") for n in range(senders)]
    found = run(places, boxes, 4 * max(inputs, senders))
    seen: dict[Input | Sender, datetime] = {}
    later = [(at, walk) for at, walk in found if at > NOW + timedelta(minutes=16)]
    for at, walk in found:
        for one in (walk.place, walk.sender):
            assert one is not None
            if one in seen:
                assert at - seen[one] <= EVERY + LENIENT + timedelta(seconds=5 * (inputs + senders))
            seen[one] = at
    assert set(seen) == {*places, *boxes}
    apart = EVERY / max(inputs, senders) - timedelta(seconds=1)
    assert all(after - before >= apart for (before, _), (after, _) in pairwise(later))


def test_after_a_failure_it_is_tried_again_soon() -> None:
    inputs = {place: Tried(NOW, True) for place in INPUTS}
    senders = {sender: Tried(NOW, sender != SENDERS[1]) for sender in SENDERS}
    found = next_walk(INPUTS, SENDERS, inputs, senders)
    assert found is not None
    assert found[0] == NOW + AGAIN_AFTER_BAD
    assert found[1].sender == SENDERS[1]
    inputs[("b1", 1)] = Tried(NOW, False)
    found = next_walk(INPUTS, SENDERS, inputs, {sender: Tried(NOW, True) for sender in SENDERS})
    assert found is not None
    assert (found[0], found[1].place) == (NOW + AGAIN_AFTER_BAD, ("b1", 1))


def test_what_rides_along_is_what_worked() -> None:
    inputs = {place: Tried(NOW, place != ("b1", 1)) for place in INPUTS}
    senders = {SENDERS[0]: Tried(NOW - timedelta(hours=1), True), SENDERS[1]: Tried(NOW, True)}
    found = next_walk(INPUTS, SENDERS, {**inputs, ("b1", 1): Tried(NOW, False)}, senders)
    assert found is not None
    assert found[1].place != ("b1", 1)


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    index=st.integers(0, 59),
    more=st.integers(1, 60),
)
def test_a_slot_comes_once_in_every_period(at: datetime, index: int, more: int) -> None:
    count = index + more
    moment = at.replace(tzinfo=UTC)
    slot = slot_after(moment, index, count)
    assert moment < slot + timedelta(microseconds=2)
    assert slot - moment <= EVERY + timedelta(microseconds=2)
    again = slot_after(slot + timedelta(seconds=1), index, count)
    assert abs(again - slot - EVERY) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("hour", "minute", "runs"),
    [(6, 29, False), (6, 30, True), (7, 0, True), (18, 59, True), (19, 0, False), (3, 0, False)],
)
def test_it_runs_in_opening_hours_and_half_an_hour_before(hour: int, minute: int, runs: bool) -> None:
    opening = tuple(Span(day, time(9), time(21)) for day in range(7))
    shop: Store = store(zone=ZoneInfo("Europe/Tallinn"), opening=opening)
    assert runs_now(shop, datetime(2026, 3, 2, hour, minute, tzinfo=UTC)) is runs
    closed = store(opening=opening, special_days=(SpecialDay(NOW.date(), None, None),))
    assert not runs_now(closed, datetime(2026, 3, 2, 12, tzinfo=UTC))
