"""The plan: every button stands in its zone's room, and the rooms leave no hole in the walls."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from simulator.floor.layout import COLUMNS, FloorButton, Room, button_key, rooms_of


def buttons(zones: list[str]) -> list[FloorButton]:
    return [
        FloorButton(button_key("b1", number), "b1", number, "red", zone, zone)
        for number, zone in enumerate(zones, 1)
    ]


def rows_are_full(spans: list[int]) -> bool:
    """Placed one after the other, the rooms end exactly at the wall of each row."""
    ends = list(accumulate(spans))
    walls = range(COLUMNS, ends[-1] + 1, COLUMNS) if ends else []
    return all(wall in ends for wall in walls) and (not ends or ends[-1] % COLUMNS == 0)


@given(st.lists(st.sampled_from("abcdefghijkl"), max_size=40))
def test_no_hole_and_no_button_lost(zones: list[str]) -> None:
    rooms = rooms_of(buttons(zones))
    assert [room.name for room in rooms] == list(dict.fromkeys(zones))
    assert sorted(button.input for room in rooms for button in room.buttons) == list(range(1, len(zones) + 1))
    assert all(button.zone == room.name for room in rooms for button in room.buttons)
    assert all(3 <= room.span <= COLUMNS for room in rooms)
    assert rows_are_full([room.span for room in rooms])
    assert rows_are_full([room.narrow for room in rooms])


def test_more_buttons_mean_more_room() -> None:
    rooms = {room.name: room for room in rooms_of(buttons(["checkout"] * 3 + ["bakery"]))}
    assert rooms["checkout"].span > rooms["bakery"].span


def test_a_shop_without_buttons_has_no_rooms() -> None:
    none: tuple[Room, ...] = ()
    assert rooms_of([]) == none
