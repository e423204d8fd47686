"""What a seed means does not change, and every run has the kills and presses that it was asked for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.chaos.plan import (
    BROKER,
    DATABASE,
    GATEWAY,
    HABITS,
    OF_A_FILE,
    OF_A_SERVER,
    ON_THE_LINE,
    POSTGRESQL,
    SERVER,
    Kind,
    Plan,
    Wanted,
)
from tests.chaos.plan import draw as draw_for

UNITS = {f"b{number}": 5 for number in range(1, 9)}
LINES = {"t1": ON_THE_LINE}
TEN, TWO = Wanted(7, 10, 40, 4000), Wanted(1, 2, 10, 600)


def draw(wanted: Wanted) -> Plan:
    return draw_for(wanted, UNITS, LINES)


@pytest.mark.parametrize("wanted", [TEN, TWO])
def test_a_run_has_what_it_was_asked_for(wanted: Wanted) -> None:
    plan = draw(wanted)
    assert plan.counts()[Kind.KILL] == wanted.kills
    assert sum(one.verb != "brush" for one in plan.touches) == wanted.presses
    assert len(plan.counts()) >= 6
    assert all(one.at >= 0 and one.ends < wanted.seconds for one in plan.troubles)
    assert all(0 <= one.at < wanted.seconds for one in plan.touches)
    killed = {one.part for one in plan.troubles if one.kind is Kind.KILL}
    assert killed >= {BROKER, SERVER, GATEWAY}
    assert killed & UNITS.keys()


def test_a_seed_is_a_run() -> None:
    assert draw(TEN) == draw(TEN)
    assert draw(TEN) != draw(Wanted(8, 10, 40, 4000))


def test_nothing_is_killed_or_frozen_twice_at_a_time() -> None:
    for seed in range(20):
        plan = draw(Wanted(seed, 2, 20, 100))
        for part in (BROKER, SERVER, GATEWAY, *UNITS):
            mine = [one for one in plan.troubles if one.part == part and one.kind in (Kind.KILL, Kind.FREEZE)]
            assert all(one.ends < later.at for one, later in pairwise(mine))


def test_every_kind_comes_in_some_run_and_none_in_all() -> None:
    runs = [draw(Wanted(seed, 2, 5, 50)).counts() for seed in range(40)]
    for kind in HABITS.keys() - OF_A_SERVER:
        assert any(kind in one for one in runs)
        assert not all(kind in one for one in runs)


def test_kills_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        draw(Wanted(1, 0.2, 400, 10))


def test_each_line_has_its_own_trouble_and_only_what_its_kind_can_have() -> None:
    lines = {"t1": ON_THE_LINE - {Kind.REFUSE}, "t2": frozenset({Kind.PULL, Kind.REFUSE})}
    met = {
        (one.part, one.kind)
        for seed in range(40)
        for one in draw_for(Wanted(seed, 4, 5, 50), UNITS, lines).troubles
        if one.kind in ON_THE_LINE
    }
    assert met == {(name, kind) for name, kinds in lines.items() for kind in kinds}


def test_a_database_server_has_its_own_troubles_for_certain_and_none_of_a_file() -> None:
    for seed in range(20):
        troubles = draw(Wanted(seed, 2, 10, 50, database=POSTGRESQL)).troubles
        assert {one.kind for one in troubles if one.part == DATABASE} == OF_A_SERVER
        assert not any(one.part == SERVER and one.kind in OF_A_FILE for one in troubles)
        mine = sorted((one for one in troubles if one.part == DATABASE), key=lambda one: one.at)
        assert all(one.ends < later.at for one, later in pairwise(mine))


def test_the_command_repeats_the_whole_run() -> None:
    words = Wanted(7, 1, 2, 3, ("tap", "snpp"), POSTGRESQL).command
    assert words.endswith("CHAOS_PRESSES=3 CHAOS_TRANSMITTERS=tap,snpp CHAOS_DATABASE=postgresql")
