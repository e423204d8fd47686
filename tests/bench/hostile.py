"""A client that has a unit's credentials says hostile things at 500/s for a minute: what it costs everybody else."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench import system
from tests.bench.clock import ms, percentile
from tests.bench.results import Figure, most, none
from tests.bench.system import FOE, Child
from tests.bench.way import PASSWORD, Way

RATE, SECONDS = 500.0, 60.0
PRESSES, PRESS_RATE = 1_000, 18.0
MOST_TIMES, MOST_MIB = 3.0, 16.0


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    presses, seconds = (40, 3.0) if quick else (PRESSES, SECONDS)
    broker = system.make_broker(folder)
    broker.start()
    try:
        (folder / "product").mkdir()
        way = Way.to(broker)
        pipeline = system.product(folder / "product", way)
        try:
            pipeline.burst(presses, 100.0)  # warm, and the database has its size
            calm = pipeline.burst(presses, PRESS_RATE)
            before, stored = _mib(folder), system.stored(folder / "product")
            given: dict[str, object] = {
                "port": way.port,
                "authority": way.authority,
                "store": system.STORE,
                "device": FOE,
            }
            given |= {"password": PASSWORD, "rate": RATE, "seconds": seconds}
            foe = Child.start("tests.bench.stranger", json.dumps(given), folder=folder)
            try:
                foe.hear()
                assert foe.process.stdin is not None
                foe.process.stdin.write("begin\n")
                foe.process.stdin.flush()
                under_fire = pipeline.burst(presses, PRESS_RATE)
                sent = foe.hear()["sent"]
            finally:
                foe.stop()
            grown, rows = _mib(folder) - before, system.stored(folder / "product") - stored
        finally:
            pipeline.stop()
    finally:
        broker.stop()
    quiet, loud = (percentile(took, 0.99) for took in (calm, under_fire))
    words = f"{ms(loud):.1f} ms, quiet {ms(quiet):.1f} ms"
    return [
        most(
            "",
            f"p99 of a press while a unit says {RATE:.0f} hostile things a second",
            loud / quiet,
            MOST_TIMES,
            "x",
            words,
        ),
        none("", "presses lost under fire", presses - len(under_fire), f"of {presses}"),
        none("", "rows made of hostile presses", rows - 2 * presses, f"of {sent} messages"),
        most(
            "", "disk that it filled", grown, MOST_MIB, "MiB", "presses, log and write-ahead files included"
        ),
    ]


def _mib(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
