"""Which policy holds: by zone, by hour, by opening, by kind of call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

import pytest

from server.rules.facts import Policy, PolicyUse, Span, Step, Store, Zone
from server.rules.policies import BUILT_IN, BUILT_IN_QUIET, policy_for, policy_of, upwards
from tests.unit.server.rules.floor import CHEESE, DAIRY, FRESH, WINE, ZONES, local, store

EVENING = (Span(5, time(17), time(21)),)
NIGHT = (Span(5, time(22), time(6)),)
"""Saturday into Sunday."""
SATURDAY_NOON, SATURDAY_EVENING = local(2026, 11, 21, 12), local(2026, 11, 21, 18, 30)


def policy(number: int, zone: int | None = None, **more: object) -> Policy:
    made = Policy(number, 120, 90, 120, 30, 5, (Step(1, 0, "zone"),), f"P{number}", zone)
    return replace(made, **more)  # type: ignore[arg-type]


def shop(*policies: Policy, **more: object) -> Store:
    return store(policies={one.id: one for one in policies}, **more)


def number(found: Policy | None) -> int | None:
    return found.id if found is not None else -1


@pytest.mark.parametrize(
    ("zone", "chosen"), [(CHEESE, 2), (DAIRY, 2), (WINE, 1), (FRESH, 1), (None, 1), (77, 1)]
)
def test_the_nearest_zone_decides(zone: int | None, chosen: int) -> None:
    assert number(policy_for(shop(policy(1), policy(2, DAIRY)), zone, SATURDAY_NOON)) == chosen


@pytest.mark.parametrize(
    ("at", "chosen"),
    [
        (SATURDAY_NOON, 1),
        (local(2026, 11, 21, 16, 59, 59), 1),
        (local(2026, 11, 21, 17), 2),
        (SATURDAY_EVENING, 2),
        (local(2026, 11, 21, 21), 1),
        (local(2026, 11, 22, 18), 1),
    ],
)
def test_one_with_hours_beats_one_without_while_it_runs(at: datetime, chosen: int) -> None:
    assert number(policy_for(shop(policy(1), policy(2, hours=EVENING)), WINE, at)) == chosen


@pytest.mark.parametrize(
    ("at", "chosen"),
    [
        (local(2027, 3, 28, 2, 59), 2),
        (local(2027, 3, 28, 4), 2),
        (local(2027, 3, 28, 6), 1),
        (local(2026, 10, 25, 3, 59), 2),
        (local(2026, 10, 25, 3, 59, fold=1), 2),
        (local(2026, 10, 25, 6), 1),
    ],
)
def test_hours_of_a_policy_on_both_changes_of_the_clock(at: datetime, chosen: int) -> None:
    assert number(policy_for(shop(policy(1), policy(2, hours=NIGHT)), None, at)) == chosen


def test_a_nearer_zone_without_hours_beats_hours_further_up() -> None:
    both = shop(policy(1, hours=EVENING), policy(2, FRESH))
    assert number(policy_for(both, DAIRY, SATURDAY_EVENING)) == 2
    only_evening = shop(policy(1), policy(2, DAIRY, hours=EVENING))
    assert number(policy_for(only_evening, DAIRY, SATURDAY_NOON)) == 1


def test_of_two_that_fit_alike_always_the_same_one() -> None:
    first, second = policy(1, hours=EVENING), policy(2, hours=EVENING)
    assert number(policy_for(shop(second, first), None, SATURDAY_EVENING)) == 1


def test_a_store_without_policies_leaves_nobody_uncalled() -> None:
    assert policy_for(store(), WINE, SATURDAY_NOON) is BUILT_IN
    assert policy_for(store(), WINE, SATURDAY_NOON, quiet=True) is BUILT_IN_QUIET
    assert all(step.target != "everybody" for step in BUILT_IN_QUIET.steps)


OPENING = tuple(Span(day, time(9), time(21)) for day in range(7))
CLOSED = policy(3, use=PolicyUse.CLOSED)


def test_outside_the_opening_hours_only_what_was_made_for_them() -> None:
    late = local(2026, 11, 21, 22)
    assert policy_for(shop(policy(1), opening=OPENING), WINE, late) is None
    assert number(policy_for(shop(policy(1), CLOSED, opening=OPENING), WINE, late)) == 3
    assert number(policy_for(shop(policy(1), CLOSED, opening=OPENING), WINE, SATURDAY_NOON)) == 1
    assert number(policy_for(shop(policy(1), CLOSED), WINE, late)) == 1  # never closed


def test_a_drill_and_a_quiet_call_know_no_opening_hours() -> None:
    late, closed = local(2026, 11, 21, 22), shop(policy(1), CLOSED, opening=OPENING)
    assert number(policy_for(closed, WINE, late, drill=True)) == 1
    assert policy_for(closed, WINE, late, quiet=True) is BUILT_IN_QUIET
    own = shop(policy(1), policy(4, use=PolicyUse.QUIET), opening=OPENING)
    assert number(policy_for(own, WINE, late, quiet=True)) == 4


def test_the_policy_of_an_incident_outlives_its_row() -> None:
    known = shop(policy(1))
    assert number(policy_of(known, 1, quiet=False)) == 1
    assert policy_of(known, 9, quiet=False) is BUILT_IN
    assert policy_of(known, None, quiet=True) is BUILT_IN_QUIET


def test_the_walk_up_the_tree_ends_even_in_a_ring() -> None:
    ring = {**ZONES, FRESH: Zone(FRESH, CHEESE, "Fresh", "FRESH")}
    assert list(upwards(store(), CHEESE)) == [CHEESE, DAIRY, FRESH]
    assert list(upwards(store(zones=ring), CHEESE)) == [CHEESE, DAIRY, FRESH]
    assert list(upwards(store(), None)) == []
    assert number(policy_for(shop(policy(1), zones=ring), CHEESE, SATURDAY_NOON)) == 1
