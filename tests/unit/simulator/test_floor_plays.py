"""Little plays: the same seed plays the same, customers press, a child runs along, and everybody comes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from simulator.clock import FakeClock
from simulator.floor.events import FloorEvent, Play, PlayIs
from simulator.floor.layout import buttons_of
from simulator.floor.plays import EMPTY_S, RUSH_S, FloorPlays, Press, script
from simulator.floor.unit_line import UnitSilent
from tests.unit.simulator.floor_settings import settings


class Shop:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.events: list[FloorEvent] = []
        self.presses: list[tuple[float, str]] = []
        self.away_now: set[str] = set()
        self.silent = False
        self.buttons = buttons_of(settings(folder))
        self.plays = FloorPlays(
            self,
            self.buttons,
            ["anna", "boris"],
            self.clock.call_later,
            self.events.append,
            self.clock.boot,
            lambda: 7,
        )

    def hand(self, button: str, verb: str, figures: Mapping[str, float | str] | None = None) -> None:
        assert verb == "press"
        if self.silent:
            raise UnitSilent(button)
        self.presses.append((self.clock.boot(), button))

    def away(self, login: str, away: bool) -> None:
        (self.away_now.add if away else self.away_now.remove)(login)

    def told(self) -> list[tuple[Play, bool]]:
        return [(one.play, one.until is not None) for one in self.events if isinstance(one, PlayIs)]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.mark.parametrize("play", Play)
def test_a_seed_always_plays_the_same(shop: Shop, play: Play) -> None:
    assert script(play, 1, shop.buttons, ["anna"]) == script(play, 1, shop.buttons, ["anna"])
    assert all(script(play, 1, (), ()).acts == () for play in Play)


def test_a_rush_is_two_minutes_of_customers_everywhere(shop: Shop) -> None:
    shop.plays.start(Play.RUSH, 1)
    shop.clock.advance(RUSH_S)
    assert 15 < len(shop.presses) < 60
    assert {button for _, button in shop.presses} == {one.key for one in shop.buttons}
    assert shop.told() == [(Play.RUSH, True), (Play.RUSH, False)]


def test_a_prank_runs_along_the_buttons_in_their_order(shop: Shop) -> None:
    for seed in range(20):
        found = script(Play.PRANK, seed, shop.buttons, ())
        assert found.lasts_s < 40
        order = list(dict.fromkeys(act.button for act in found.acts if isinstance(act, Press)))
        assert len(order) == 3
        start = [one.key for one in shop.buttons].index(order[0])
        keys = [one.key for one in shop.buttons] * 2
        assert order == keys[start : start + 3]


def test_in_an_empty_shift_nobody_wears_a_pager_and_then_everybody_again(shop: Shop) -> None:
    shop.plays.start(Play.EMPTY_SHIFT, None)
    shop.clock.advance(1.0)
    assert shop.away_now == {"anna", "boris"}
    shop.clock.advance(EMPTY_S)
    assert shop.away_now == set()


def test_a_play_that_is_ended_does_nothing_more(shop: Shop) -> None:
    shop.plays.start(Play.RUSH, 1)
    shop.plays.start(Play.EMPTY_SHIFT, 1)
    shop.clock.advance(10.0)
    done = len(shop.presses)
    shop.plays.end(Play.RUSH)
    shop.plays.end(Play.EMPTY_SHIFT)
    shop.plays.end(Play.PRANK)
    shop.clock.advance(300.0)
    assert len(shop.presses) == done
    assert shop.away_now == set()
    assert (Play.RUSH, False) in shop.told()
    assert (Play.PRANK, False) not in shop.told()


def test_a_play_begins_anew(shop: Shop) -> None:
    shop.plays.start(Play.PRANK, 1)
    shop.plays.start(Play.PRANK, 1)
    shop.clock.advance(60.0)
    assert len(shop.presses) == len(script(Play.PRANK, 1, shop.buttons, ()).acts)


def test_a_dead_unit_is_pressed_in_vain(shop: Shop) -> None:
    shop.silent = True
    shop.plays.start(Play.PRANK, 1)
    shop.clock.advance(60.0)
    assert shop.presses == []
    assert shop.told()[-1] == (Play.PRANK, False)
