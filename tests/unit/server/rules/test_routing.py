"""Who is called for a step, in which order, and who is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.facts import Button, Duty, DutyKind, Step, Store
from server.rules.roster import roster
from server.rules.routing import candidates, fallback_pagers, matches, pagers_of
from tests.big_shop import BUSY, big_store
from tests.unit.server.rules.floor import (
    ANNA,
    BORIS,
    CARMEN,
    CHEESE,
    DAIRY,
    DMITRI,
    FRESH,
    NOON,
    PEOPLE,
    WINE,
    button,
    pager,
    shift,
    store,
)

HOUR = timedelta(hours=1)
EVERYBODY = Step(1, 0, "everybody")
ZONE = Step(1, 0, "zone")


def called(
    step: Step, place: Button | None = None, shop: Store | None = None, **more: dict[int, datetime] | set[int]
) -> list[int]:
    """Whose wrist would vibrate, the first one first; 0 stands for a pager that nobody carries alone."""
    shop = shop or store()
    last_paged = more.pop("last_paged", {})
    found = candidates(shop, place or button(), step, roster(shop, NOON), last_paged, **more)  # type: ignore[arg-type]
    return [one.carrier.id if one.carrier else 0 for one in found]


@pytest.mark.parametrize(
    ("step", "rings"),
    [
        (ZONE, [ANNA]),
        (Step(1, 0, "role", "shift_lead"), [CARMEN]),
        (Step(1, 0, "role", "security"), []),
        (Step(1, 0, "carrier", carrier_id=BORIS), [BORIS]),
        (Step(1, 0, "carrier", carrier_id=DMITRI), []),  # not at work
        (EVERYBODY, [ANNA, BORIS, CARMEN]),
        (Step(1, 0, "everybody", most=2), [ANNA, BORIS]),
        (Step(1, 0, "nonsense"), [ANNA, BORIS, CARMEN]),  # a newer word calls more, never fewer
    ],
)
def test_who_a_step_names(step: Step, rings: list[int]) -> None:
    assert called(step) == rings


@pytest.mark.parametrize(
    ("zone", "rings"), [(CHEESE, [ANNA]), (DAIRY, [ANNA]), (WINE, [BORIS, CARMEN]), (None, [BORIS, CARMEN])]
)
def test_a_zone_without_anybody_asks_the_zone_above_then_those_who_work_anywhere(
    zone: int | None, rings: list[int]
) -> None:
    assert called(ZONE, button(zone)) == rings


def test_the_zone_above_comes_before_those_who_work_anywhere() -> None:
    shop = store(shifts=(shift(ANNA, FRESH), shift(BORIS, None)))
    assert called(ZONE, button(CHEESE), shop) == [ANNA]


def test_language_and_skill_come_first_and_leave_nobody_out() -> None:
    assert called(EVERYBODY, button(language="ru")) == [BORIS, ANNA, CARMEN]
    assert called(EVERYBODY, button(language="et", skill="fish")) == [ANNA, BORIS, CARMEN]
    assert called(EVERYBODY, button(language="en", skill="cheese")) == [CARMEN, ANNA, BORIS]
    assert matches(button(language="et", skill="fish"), PEOPLE[ANNA]) == 2
    assert matches(button(), PEOPLE[ANNA]) == 0


def test_the_burden_is_shared() -> None:
    rang = {ANNA: NOON - HOUR, BORIS: NOON - 2 * HOUR, CARMEN: NOON - 3 * HOUR}
    assert called(EVERYBODY, last_paged=rang) == [CARMEN, BORIS, ANNA]
    assert called(Step(1, 0, "everybody", most=1), last_paged={ANNA: NOON - HOUR}) == [BORIS]
    assert called(EVERYBODY, button(language="et"), last_paged=rang) == [BORIS, ANNA, CARMEN]


def test_whoever_passed_it_on_is_as_if_not_here() -> None:
    assert called(EVERYBODY, without={ANNA}) == [BORIS, CARMEN]
    assert called(ZONE, without={ANNA}) == [BORIS, CARMEN]  # so those who work anywhere are asked


def test_a_break_leaves_the_zone_to_others() -> None:
    away = Duty(ANNA, DutyKind.BREAK, None, NOON - HOUR, NOON + HOUR)
    assert called(ZONE, shop=store(duties=(away,))) == [BORIS, CARMEN]


def test_without_a_pager_nobody_can_be_called() -> None:
    assert called(EVERYBODY, shop=store(pagers=(pager(1, ANNA), pager(9, None)))) == [ANNA]
    assert called(EVERYBODY, shop=store(pagers=())) == []
    assert called(EVERYBODY, shop=store(carriers={})) == []


def test_two_pagers_on_one_wrist_are_one_person() -> None:
    shop = store(pagers=(pager(1, ANNA), pager(2, ANNA), pager(3, BORIS)))
    found = candidates(shop, button(), Step(1, 0, "everybody", most=1), roster(shop, NOON), {})
    assert [one.id for one in found[0].pagers] == [1, 2]
    assert [one.id for one in pagers_of(shop, ANNA)] == [1, 2]
    assert pagers_of(shop, None) == ()


def test_a_group_rings_whoever_is_here_and_a_group_that_is_gone_nobody() -> None:
    shop = store(shifts=(), pagers=(pager(7, None), pager(8, None, fallback=True)))
    assert called(Step(1, 0, "group", pager_id=7), shop=shop) == [0]
    assert called(Step(1, 0, "group", pager_id=6), shop=shop) == []
    assert [one.id for one in fallback_pagers(shop)] == [8]


@given(
    st.sampled_from(["zone", "everybody", "role"]),
    st.none() | st.integers(1, 9),
    st.integers(1, 16),
    st.sets(st.integers(1, 200), max_size=40),
    st.dictionaries(st.integers(1, 200), st.integers(0, 500).map(lambda n: BUSY - n * HOUR), max_size=60),
)
def test_whoever_is_called_is_here_wears_a_pager_and_is_the_best(
    target: str, most: int | None, number: int, without: set[int], last_paged: dict[int, datetime]
) -> None:
    shop, step = BIG, Step(1, 0, target, "shift_lead" if target == "role" else None, most=most)
    place = shop.button("hall", number)
    everyone = candidates(shop, place, Step(1, 0, target, step.role), FLOOR, last_paged, without=without)
    found = candidates(shop, place, step, FLOOR, last_paged, without=without)
    assert found == everyone[:most]
    ids = [one.carrier.id for one in everyone if one.carrier]
    assert len(ids) == len(set(ids)) == len(everyone)
    assert without.isdisjoint(ids)
    assert all(one.standing is not None and one.standing.present and one.pagers for one in everyone)
    assert [one.matches for one in everyone] == sorted((one.matches for one in everyone), reverse=True)
    for better, worse in pairwise(everyone):
        if better.matches == worse.matches:
            long_ago = datetime.min.replace(tzinfo=BUSY.tzinfo)
            assert last_paged.get(better.carrier.id, long_ago) <= last_paged.get(worse.carrier.id, long_ago)  # type: ignore[union-attr]


BIG = big_store()
FLOOR = roster(BIG, BUSY)
