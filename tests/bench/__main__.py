"""Press accepted to first serial byte, beside the floors and the plain pipeline of the same run.

    python -m tests.bench [--rounds 5] [--quick]

Prints a table and writes bench-results/<time>.json. Every load is bounded in count and time."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.bench import floors, system
from tests.bench.clock import ms, percentile

RATES = (1.0, 50.0, 500.0)
COUNTS = {1.0: 8, 50.0: 300, 500.0: 1000}
STEPS = (750.0, 1000.0, 1250.0, 1500.0, 2000.0, 2500.0)
"""Tried upwards for the highest rate held: all presses arrive and p99 stays under 100 ms."""
HELD_P99_S = 0.1
PRESS = f"rb/1/{system.STORE}/b/{system.DEVICES[0]}/press"


@dataclass
class Line:
    """One rate in one round. Seconds."""

    rate: float
    floor: float
    product_p50: float
    product_p99: float
    reference_p50: float
    reference_p99: float
    lost: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--quick", action="store_true", help="one round, fewer presses: for a look, not for a record"
    )
    given = parser.parse_args()
    rounds = 1 if given.quick else given.rounds
    out = Console()
    began = time.monotonic()
    lines: list[Line] = []
    highest: dict[str, list[float]] = {"product": [], "reference": []}
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as name:
        folder = Path(name)
        broker = system.make_broker(folder)
        broker.start()
        try:
            for number in range(rounds):
                out.print(f"round {number + 1} of {rounds} ...", highlight=False)
                _round(folder / str(number), broker.port, given.quick, lines, highest, facts)
        finally:
            broker.stop()
    _print(out, lines, highest, facts)
    _keep(lines, highest, facts, rounds)
    out.print(f"{time.monotonic() - began:.0f} s", highlight=False)
    return 0


def _round(
    folder: Path,
    port: int,
    quick: bool,
    lines: list[Line],
    highest: dict[str, list[float]],
    facts: dict[str, float],
) -> None:
    folder.mkdir()
    button, server = (f"{system.STORE}.{name}" for name in (system.DEVICES[0], "srv"))
    floor = {
        rate: floors.measure(folder, port, button, server, system.PASSWORD, PRESS, max(rate, 50.0), 300).total
        for rate in RATES
    }
    found: dict[str, dict[float, list[float]]] = {}
    for what, make in (("reference", system.reference), ("product", system.product)):
        (folder / what).mkdir()
        pipeline = make(folder / what, port)
        try:
            pipeline.burst(50, 50.0)  # warm: logged on, caches filled
            found[what] = {
                rate: pipeline.burst(COUNTS[rate] // 4 if quick else COUNTS[rate], rate) for rate in RATES
            }
            highest[what].append(_highest(pipeline))
            if what == "product":
                for name, child in (*pipeline.children.items(), ("sender", pipeline.sender)):
                    facts[f"{name}_mib"] = round(child.resident_mib(), 1)
                for name, seconds in pipeline.start_s.items():
                    facts[f"{name}_start_s"] = round(seconds, 2)
        finally:
            pipeline.stop()
    for rate in RATES:
        count = COUNTS[rate] // 4 if quick else COUNTS[rate]
        ours, theirs = found["product"][rate], found["reference"][rate]
        lines.append(
            Line(
                rate,
                floor[rate],
                percentile(ours, 0.5),
                percentile(ours, 0.99),
                percentile(theirs, 0.5),
                percentile(theirs, 0.99),
                count - len(ours),
            )
        )


def _highest(pipeline: system.Pipeline) -> float:
    held = RATES[-1]
    for rate in STEPS:
        took = pipeline.burst(system.PRESSES, rate)
        if len(took) < system.PRESSES or percentile(took, 0.99) > HELD_P99_S:
            break
        held = rate
    return held


def _print(out: Console, lines: list[Line], highest: dict[str, list[float]], facts: dict[str, float]) -> None:
    table = Table(title="press accepted to first serial byte, medians over rounds")
    for head in (
        "presses/s",
        "F ms",
        "p50 ms",
        "p50 / F",
        "p99 ms",
        "plain p50",
        "plain p99",
        "p99 / plain",
        "lost",
    ):
        table.add_column(head, justify="right")
    for rate in RATES:
        mine = [line for line in lines if line.rate == rate]
        table.add_row(
            f"{rate:.0f}",
            f"{ms(median(line.floor for line in mine)):.2f}",
            f"{ms(median(line.product_p50 for line in mine)):.2f}",
            f"{median(line.product_p50 / line.floor for line in mine):.2f}",
            f"{ms(median(line.product_p99 for line in mine)):.1f}",
            f"{ms(median(line.reference_p50 for line in mine)):.2f}",
            f"{ms(median(line.reference_p99 for line in mine)):.1f}",
            f"{median(line.product_p99 / line.reference_p99 for line in mine):.2f}",
            str(sum(line.lost for line in mine)),
        )
    out.print(table)
    for what, rates in highest.items():
        out.print(
            f"highest rate held, {what}: {median(rates):.0f}/s (p99 under 100 ms, tried up to {STEPS[-1]:.0f}/s)"
        )
    out.print(", ".join(f"{name} {value}" for name, value in facts.items()))


def _keep(lines: list[Line], highest: dict[str, list[float]], facts: dict[str, float], rounds: int) -> None:
    folder = Path("bench-results")
    folder.mkdir(exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    path = folder / time.strftime("%Y-%m-%dT%H-%M-%S.json")
    path.write_text(
        json.dumps(
            {
                "commit": commit.stdout.strip(),
                "python": platform.python_version(),
                "rounds": rounds,
                "lines": [asdict(line) for line in lines],
                "highest": highest,
                "facts": facts,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
