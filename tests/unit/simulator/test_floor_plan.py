"""The plan of any shop: every button in its department, departments apart and inside of the walls, and ways to walk."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.floor.furniture import STEMS, furnish, kind_of
from simulator.floor.layout import FloorButton, contact, homes_of
from simulator.floor.plan import SHEETS, Plan, Sheet, plan_of
from tests.unit.simulator.floor_settings import settings, values

NARROW, MEDIUM, WIDE = SHEETS


def buttons(zones: list[str]) -> list[FloorButton]:
    return [
        FloorButton(contact("b1", number), "b1", number, "red", zone, zone)
        for number, zone in enumerate(zones, 1)
    ]


def check(plan: Plan) -> None:
    for one in plan.departments:
        assert one.x >= 0
        assert one.x + one.w <= plan.sheet.width
        assert one.y + one.h <= plan.height
        for _, spot in one.buttons:
            assert one.x < spot.x < one.x + one.w
            assert one.y < spot.y < one.y + one.h
        for piece in one.pieces:
            assert one.x <= piece.x
            assert piece.x + piece.w <= one.x + one.w + 0.1
            assert one.y <= piece.y
            assert piece.y + piece.h <= one.y + one.h + 0.1
        assert one.seats
        for left, low in (*one.seats, *(spot.before for _, spot in one.buttons)):
            assert 0 < left < plan.sheet.width
            assert 0 < low < plan.height
    for first, second in pairwise(plan.departments):
        if first.row == second.row:
            assert first.x + first.w < second.x
            assert any(first.x + first.w < gap < second.x for gap in plan.rows[first.row].gaps)
        else:
            assert first.y + first.h < plan.rows[first.row].aisle < second.y


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
@given(zones=st.lists(st.sampled_from("abcdefghijkl"), max_size=60))
def test_every_button_has_its_place_and_nothing_stands_in_the_way(sheet: Sheet, zones: list[str]) -> None:
    plan = plan_of(buttons(zones), sheet)
    assert {one.name for one in plan.departments} == set(zones)
    found = [button.input for one in plan.departments for button, _ in one.buttons]
    assert sorted(found) == list(range(1, len(zones) + 1))
    assert all(button.zone == one.name for one in plan.departments for button, _ in one.buttons)
    check(plan)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
@pytest.mark.parametrize("zones", [["a"], ["a"] * 60, list("abcdefghijkl") * 5, list("abcdefghijkl")])
def test_buttons_can_be_hit_with_a_finger(sheet: Sheet, zones: list[str]) -> None:
    spots = [spot for one in plan_of(buttons(zones), sheet).departments for _, spot in one.buttons]
    for nth, one in enumerate(spots):
        for other in spots[nth + 1 :]:
            assert max(abs(one.x - other.x), abs(one.y - other.y)) >= 60


def test_the_way_out_is_in_front() -> None:
    plan = plan_of(buttons(["Entrance", "Dairy", "Tills", "Wine", "Bakery", "Deli", "Fish", "Toys"]), WIDE)
    front = {one.name for one in plan.departments if one.row == len(plan.rows) - 1}
    assert {"Entrance", "Tills"} <= front
    entrance = next(one for one in plan.departments if one.name == "Entrance")
    assert entrance.x < plan.door < entrance.x + entrance.w


def test_a_phone_gets_a_tall_plan_and_a_wall_a_flat_one() -> None:
    tall, middle, flat = (plan_of(buttons(list("abcdefghijkl")), sheet).height for sheet in SHEETS)
    assert tall > middle * 1.5
    assert flat / WIDE.width < middle / MEDIUM.width


def test_a_shop_without_buttons_is_an_empty_floor() -> None:
    plan = plan_of([], NARROW)
    assert (plan.departments, plan.rows) == ((), ())


@pytest.mark.parametrize(
    ("zone", "kind"),
    [
        ("Dairy", "fridge"), ("Piimatooted", "fridge"), ("Молочный отдел", "fridge"), ("Self-checkout", "kiosks"),
        ("Checkout", "tills"), ("Kassad", "tills"), ("Рыба", "counter"), ("Household", "shelves"), ("", "shelves"),
    ],
)  # fmt: skip
def test_a_name_says_what_stands_there(zone: str, kind: str) -> None:
    assert kind_of(zone) == kind


@pytest.mark.parametrize("kind", [*STEMS, "shelves"])
@given(w=st.floats(80, 1200), h=st.floats(14, 120))
def test_furniture_stays_in_its_box(kind: str, w: float, h: float) -> None:
    for piece in furnish(kind, 10, 20, w, h):
        assert piece.x + 0.01 >= 10
        assert piece.x + piece.w <= 10 + w + 0.01
        assert piece.y + 0.01 >= 20
        assert piece.y + piece.h <= 20 + h + 0.01


def test_everybody_stands_where_they_work_and_not_all_in_one_place(tmp_path: Path) -> None:
    people = values(tmp_path)["people"]
    staff = [
        {**people[0], "login": f"p{nth}", "zones": zones}
        for nth, zones in enumerate((["Wine"], ["Wine", "Dairy"], [], ["Nowhere"]))
    ]
    homes = homes_of(settings(tmp_path, people=staff))
    assert homes == {"p0": "Wine", "p1": "Dairy", "p2": "Dairy", "p3": "Wine"}
    assert homes_of(settings(tmp_path, units=[])) == {}
