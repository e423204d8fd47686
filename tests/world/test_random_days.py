"""Random shop days: whatever fails and whatever hands do, every press ends as it should, and no light says too much.

A seed that fails prints the command that repeats it. `make test` runs some; the long run thirty times as many."""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from server.in_world import shop_plan
from simulator.world.lines import PLAIN
from simulator.world.run import Outcome, run
from simulator.world.schedule import Fault, draw_acts, draw_faults, kinds
from simulator.world.shop import EXAMPLE
from simulator.world.shrink import shrink
from simulator.world.sometimes import STATES
from tests.world.planted import AMONG, PLANTED

ROOT = Path(__file__).parents[2]
MINUTES = 6.0
GROUP = 3
SHORT, LONG = 12, 360
FAULTY_SEEDS = 40
"""A planted fault is found in so many seeds."""


def days(seeds: range) -> list[Outcome]:
    found = [run(seed, MINUTES) for seed in seeds]
    words = [f"{out.command}\n  " + "\n  ".join(out.misses) for out in found if out.misses]
    if words:
        pytest.fail("\n".join(words), pytrace=False)
    return found


@pytest.mark.parametrize("first", range(1, SHORT, GROUP))
def test_nothing_is_lost_on_random_days(first: int) -> None:
    days(range(first, first + GROUP))


@pytest.mark.long
def test_nothing_is_lost_on_many_random_days_and_every_rare_state_is_reached() -> None:
    sometimes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for first in range(1_000, 1_000 + LONG, GROUP):
        for out in days(range(first, first + GROUP)):
            sometimes += out.sometimes
            faults += out.faults
    assert [one for one in STATES if not sometimes[one]] == []
    assert [one for one in kinds() if not faults[one]] == []


def test_the_same_seed_makes_the_same_day_in_any_process() -> None:
    seed, minutes = 4, 3.0
    here = run(seed, minutes)
    command = [sys.executable, "-m", "simulator.world", "--seed", str(seed), "--minutes", str(minutes)]
    ours = os.environ.get("PYTHONHASHSEED")
    there = subprocess.run(
        command,
        env={**os.environ, "PYTHONHASHSEED": "2" if ours == "1" else "1", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert here.trace in there.stdout


def test_a_day_reads_no_clock_and_no_chance_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    run(5, 0.1)  # what is made once: imports, tables, compiled statements

    def forbidden(real: Callable[..., object]) -> Callable[..., object]:
        def ask(*args: object, **named: object) -> object:
            who = sys._getframe(1).f_globals["__name__"]
            if not who.startswith(
                "sqlalchemy."
            ):  # names its own subqueries by chance, and times its compiler
                raise AssertionError(f"{who} asks the machine: {real.__name__}")
            return real(*args, **named)

        return ask

    for module, names in (
        (time, ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
        (random, ("random", "randrange", "choice", "getrandbits", "uniform", "shuffle")),
        (uuid, ("uuid1", "uuid4")),
        (os, ("urandom",)),
        (secrets, ("token_bytes", "token_hex", "randbits")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, forbidden(getattr(module, name)))
    out = run(5, 3.0)
    monkeypatch.undo()
    assert out.presses
    assert not out.misses


def test_another_workload_does_not_reshuffle_the_trouble() -> None:
    plan = shop_plan(EXAMPLE)
    offers = {line.name: PLAIN.can_fail for line in plan.lines}
    faults = draw_faults(random.Random("1 trouble"), plan, offers, 600)
    assert faults == draw_faults(random.Random("1 trouble"), plan, offers, 600)
    assert faults != draw_faults(random.Random("2 trouble"), plan, offers, 600)
    assert draw_acts(random.Random("1 workload"), plan, 600) == draw_acts(
        random.Random("1 workload"), plan, 600
    )


def test_shrinking_leaves_what_is_needed() -> None:
    schedule = [Fault(float(at), "server kill", "server", 1.0, 0.5) for at in range(20)]

    def again(seed: int, minutes: float, only: list[int], among: list[str]) -> Outcome:
        return Outcome(seed, minutes, schedule=schedule, misses=["lost"] if {3, 17} <= set(only) else [])

    kept, out = shrink(Outcome(7, 10, schedule=schedule, misses=["lost"]), again)
    assert kept == [3, 17]
    assert out.misses == ["lost"]


TELLING = (11, 2)
"""Seeds that find quickly what is planted: tried first. Others follow, should the days change."""
QUICK = ("receipt_before_commit", "expiry_unchecked_by_the_server", "settled_by_the_broker")


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in PLANTED]
)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED[name](monkeypatch)
    seeds = sorted(range(1, FAULTY_SEEDS + 1), key=lambda seed: seed not in TELLING)
    assert any(run(seed, MINUTES, None, AMONG.get(name, ())).misses for seed in seeds)
