"""What a seed means does not change, and every run has the kills and presses that it was asked for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.chaos.plan import BROKER, GATEWAY, HABITS, SERVER, Kind, Wanted, draw

UNITS = {f"b{number}": 5 for number in range(1, 9)}
TEN, TWO = Wanted(7, 10, 40, 4000), Wanted(1, 2, 10, 600)


@pytest.mark.parametrize("wanted", [TEN, TWO])
def test_a_run_has_what_it_was_asked_for(wanted: Wanted) -> None:
    plan = draw(wanted, UNITS)
    assert plan.counts()[Kind.KILL] == wanted.kills
    assert sum(one.verb != "brush" for one in plan.touches) == wanted.presses
    assert len(plan.counts()) >= 6
    assert all(one.at >= 0 and one.ends < wanted.seconds for one in plan.troubles)
    assert all(0 <= one.at < wanted.seconds for one in plan.touches)
    killed = {one.part for one in plan.troubles if one.kind is Kind.KILL}
    assert killed >= {BROKER, SERVER, GATEWAY}
    assert killed & UNITS.keys()


def test_a_seed_is_a_run() -> None:
    assert draw(TEN, UNITS) == draw(TEN, UNITS)
    assert draw(TEN, UNITS) != draw(Wanted(8, 10, 40, 4000), UNITS)


def test_nothing_is_killed_or_frozen_twice_at_a_time() -> None:
    for seed in range(20):
        plan = draw(Wanted(seed, 2, 20, 100), UNITS)
        for part in (BROKER, SERVER, GATEWAY, *UNITS):
            mine = [one for one in plan.troubles if one.part == part and one.kind in (Kind.KILL, Kind.FREEZE)]
            assert all(one.ends < later.at for one, later in pairwise(mine))


def test_every_kind_comes_in_some_run_and_none_in_all() -> None:
    runs = [draw(Wanted(seed, 2, 5, 50), UNITS).counts() for seed in range(40)]
    for kind in HABITS:
        assert any(kind in one for one in runs)
        assert not all(kind in one for one in runs)


def test_kills_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        draw(Wanted(1, 0.2, 400, 10), UNITS)
