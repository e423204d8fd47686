"""How fast time goes in software: a month of history for the demo, and random shop days with trouble."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server import in_world
from simulator.world import past
from simulator.world.run import MINUTES, run
from simulator.world.shop import EXAMPLE
from tests.bench.results import Figure, most, none

UNTIL = datetime(2026, 3, 29, 18, 0, tzinfo=UTC)
DAYS, QUICK_DAYS = 30, 2
MONTH_S = 10.0
SEEDS, QUICK_SEEDS = 20, 2
FIRST_SEED = 1_000


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    return [*_month(folder, QUICK_DAYS if quick else DAYS), *_random_days(QUICK_SEEDS if quick else SEEDS)]


def _month(folder: Path, days: int) -> list[Figure]:
    file = folder / "past.db"
    url = f"sqlite:///{file}"
    in_world.shop_database(EXAMPLE, url).close()
    db = in_world.hurried(url)
    began, used = time.monotonic(), time.process_time()
    past.make(past.Wish(EXAMPLE, UNTIL - timedelta(days=days), UNTIL), db)
    took, used = time.monotonic() - began, time.process_time() - used
    made = in_world.made(db)
    in_world.settle(db)
    detail = (
        f"{made.presses} presses, {made.incidents} calls, {used:.1f} s of a core, "
        f"{file.stat().st_size / 1e6:.1f} MB"
    )
    return [
        most("", f"a past of {days} days for the demo", took, MONTH_S, "s", detail),
        Figure("", "a past: days of a shop per second", days / took, "days/s"),
    ]


def _random_days(seeds: int) -> list[Figure]:
    began = time.monotonic()
    found = [run(FIRST_SEED + number) for number in range(seeds)]
    took = time.monotonic() - began
    presses, faults = sum(one.presses for one in found), sum(one.faults.total() for one in found)
    misses = [f"seed {one.seed}" for one in found if one.misses]
    detail = f"{presses / took:.0f} presses/s, {faults} faults in {seeds} days of {MINUTES:g} minutes"
    return [
        Figure(
            "",
            "random shop days: virtual hours per hour",
            seeds * MINUTES * 60 / took,
            "",
            detail=detail,
        ),
        none("", "random shop days with a miss", len(misses), ", ".join(misses)),
    ]
