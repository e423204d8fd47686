"""What is wrong with a device: told by itself or found by the server; it opens once, stays, and is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broker_config.messages.device import DeviceFault
from server.rules.faults import (
    MOST,
    NONE,
    OwnFault,
    Runs,
    expired,
    found,
    listed,
    online,
    over,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STUCK = (1, "stuck")


def said(kind: str = "stuck", number: int | None = 1, for_s: int = 0, count: int = 0) -> DeviceFault:
    return DeviceFault(kind=kind, input=number, for_s=for_s, count=count)


def test_it_opens_when_the_device_says_so_and_is_over_when_it_does_not() -> None:
    opened = listed(NONE, [said(for_s=90)], NOW)
    assert {key: fault.since for key, fault in opened.items()} == {STUCK: NOW - 1.5 * MINUTE}
    kept = listed(opened, [said(for_s=300, count=4), said("flood", 2)], NOW + MINUTE)
    assert kept[STUCK].since == NOW - 1.5 * MINUTE
    assert (kept[STUCK].told_at, kept[STUCK].count) == (NOW + MINUTE, 4)
    assert (2, "flood") in kept
    assert listed(kept, [], NOW + 2 * MINUTE) == {}


def test_since_when_is_never_absurd() -> None:
    opened = listed(NONE, [said(for_s=2**53)], NOW)
    assert opened[STUCK].since == NOW - timedelta(days=90)


def test_what_the_server_found_is_not_over_because_the_device_does_not_know() -> None:
    gap = found(NONE, OwnFault.GAP, NOW, count=3, text="5-7")
    kept = listed(gap, [said("disk_full", None)], NOW + MINUTE)
    assert set(kept) == {(0, "gap"), (0, "disk_full")}
    again = found(kept, OwnFault.GAP, NOW + MINUTE, count=4, text="5-8")
    assert (again[0, "gap"].since, again[0, "gap"].told_at) == (NOW, NOW + MINUTE)
    assert set(over(again, OwnFault.GAP, OwnFault.DEAD)) == {(0, "disk_full")}


@pytest.mark.parametrize("kind", sorted(set(OwnFault) - {OwnFault.TAKEN_OVER}))
def test_a_device_cannot_say_what_only_the_server_finds(kind: str) -> None:
    assert listed(NONE, [said(kind, None)], NOW) == {}


def test_both_may_say_that_somebody_took_the_name() -> None:
    theirs = listed(NONE, [said("taken_over", None, count=2)], NOW)
    assert listed(theirs, [], NOW + MINUTE) == theirs
    assert expired(theirs, NOW + timedelta(minutes=59)) == theirs
    assert expired(theirs, NOW + timedelta(minutes=61)) == {}


def test_a_gap_is_told_for_a_day() -> None:
    gap = found(NONE, OwnFault.GAP, NOW)
    dead = found(gap, OwnFault.DEAD, NOW)
    assert expired(dead, NOW + timedelta(hours=24)) == dead
    assert set(expired(dead, NOW + timedelta(hours=25))) == {(0, "dead")}


def test_no_device_has_more_than_so_many() -> None:
    many = [said(f"new{number}", None) for number in range(2 * MOST)]
    assert len(listed(NONE, many, NOW)) == MOST


def turns(*runs: tuple[str, float]) -> list[bool]:
    seen, last = [], Runs()
    for run, minute in runs:
        last, back = online(last, run, NOW + minute * MINUTE)
        seen.append(back)
        assert len(last.last) <= 4
    return seen


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([("a", 0), ("b", 1), ("c", 2), ("d", 3)], [False] * 4),
        ([("a", 0), ("a", 1), ("a", 2)], [False] * 3),
        ([("a", 0), ("b", 600), ("a", 601)], [False, False, True]),
        ([("a", 0), ("b", 600), ("a", 611)], [False, False, False]),
        ([("a", 0), ("b", 1), ("a", 2), ("b", 3), ("a", 4)], [False, False, True, True, True]),
        ([("a", 0), ("b", 1), ("c", 2), ("a", 3)], [False, False, False, True]),
    ],
)
def test_two_that_use_one_name_in_turn(runs: list[tuple[str, float]], expected: list[bool]) -> None:
    assert turns(*runs) == expected
