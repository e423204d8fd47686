"""Who is called for a step, and who is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from server.rules.facts import Carrier, Pager, Policy, Shift, Step, Store
from server.rules.routing import called
from server.rules.shifts import on_the_floor

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)  # 12:00 in Tallinn, a Monday
DAIRY, WINE = 1, 2
POLICY = Policy(1, 120, 90, 120, 30, 5, ())


def pager(number: int, carrier: int | None) -> Pager:
    return Pager(number, f"Pager {number}", carrier, "g1", "t1", f"100{number}", "text", "ascii", 40, 1, "en")


def shift(carrier: int, zone: int | None, starts: int = 9, ends: int = 18) -> Shift:
    return Shift(carrier, zone, 0, time(starts), time(ends))


STORE = Store(
    id="s1",
    zone=ZoneInfo("Europe/Tallinn"),
    buttons={},
    default_policy=POLICY,
    carriers={
        1: Carrier(1, "AT", "staff"),
        2: Carrier(2, "BK", "staff"),
        3: Carrier(3, "CL", "shift_lead"),
        4: Carrier(4, "DM", "staff"),
    },
    shifts=(shift(1, DAIRY), shift(2, None), shift(3, None), shift(4, DAIRY, 13, 18)),
    pagers=(pager(4, 4), pager(3, 3), pager(2, 2), pager(1, 1), pager(9, None)),
    devices={},
    accounts={},
)


def numbers(step: Step, zone: int | None = DAIRY, store: Store = STORE) -> list[int]:
    return [one.id for one in called(store, zone, step, on_the_floor(store.shifts, NOON, store.zone))]


@pytest.mark.parametrize(
    ("step", "rings"),
    [
        (Step(1, 0, "zone"), [1]),  # 4 starts at 13:00 only
        (Step(1, 0, "role", "shift_lead"), [3]),
        (Step(1, 0, "role", "security"), []),
        (Step(1, 0, "carrier", carrier_id=2), [2]),
        (Step(1, 0, "carrier", carrier_id=4), []),  # not at work
        (Step(1, 0, "everybody"), [1, 2, 3]),
    ],
)
def test_who_a_step_names(step: Step, rings: list[int]) -> None:
    assert numbers(step) == rings


def test_a_zone_without_anybody_of_its_own_calls_those_who_work_anywhere() -> None:
    assert numbers(Step(1, 0, "zone"), WINE) == [2, 3]


def test_somebody_who_left_the_shop_is_not_called_although_a_shift_is_still_written_down() -> None:
    without = replace(STORE, carriers={key: one for key, one in STORE.carriers.items() if key != 1})
    assert numbers(Step(1, 0, "zone"), store=without) == [2, 3]


def test_a_pager_in_the_drawer_never_rings() -> None:
    assert 9 not in numbers(Step(1, 0, "everybody"))
