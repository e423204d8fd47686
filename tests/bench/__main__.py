"""Every figure of the product's speed beside its goal, in one table.

    python -m tests.bench [PART ...] [--rounds 3] [--quick]
    python -m tests.bench --last 3

Each run is kept in bench-results/; `--last` prints the last ones side by side as Markdown. Every load is bounded in
count and time. Exit code 1 only when something was lost: a slow machine is no failure."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench import (
    backlog,
    board,
    button,
    devices,
    gateway,
    hostile,
    idle,
    kills,
    latency,
    load,
    people,
    pocsag,
    world,
)
from tests.bench.results import Figure, failed, keep, markdown, none, show

Measure = Callable[[Path, bool], list[Figure]]


PARTS: dict[str, Measure] = {
    "held": lambda folder, quick: load.held(folder, quick=quick),
    "kills": lambda folder, quick: kills.measure(folder, quick=quick),
    "button": lambda folder, quick: button.measure(folder, quick=quick),
    "gateway": lambda folder, quick: gateway.measure(folder, quick=quick),
    "board": lambda folder, quick: board.measure(folder, quick=quick),
    "connected": lambda folder, quick: load.connected(folder, quick=quick),
    "people": lambda folder, quick: people.measure(folder, quick=quick),
    "devices": lambda folder, quick: devices.measure(folder, quick=quick),
    "hostile": lambda folder, quick: hostile.measure(folder, quick=quick),
    "idle": lambda folder, quick: idle.measure(folder, quick=quick),
    "pocsag": lambda folder, quick: pocsag.measure(folder, quick=quick),
    "modems": lambda folder, quick: backlog.measure(quick=quick),
    "world": lambda folder, quick: world.measure(folder, quick=quick),
}
LATENCY = "latency"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {LATENCY}, {', '.join(PARTS)}; or all")
    parser.add_argument("--rounds", type=int, default=3, help="of latency")
    parser.add_argument("--quick", action="store_true", help="small counts: whether it works, no record")
    parser.add_argument(
        "--last", type=int, metavar="N", help="print the last runs as Markdown, measure nothing"
    )
    given = parser.parse_args()
    out = Console() if sys.stdout.isatty() else Console(width=140)
    if given.last is not None:
        print(markdown(given.last))
        return 0
    unknown = set(given.parts) - {LATENCY, *PARTS}
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    more: dict[str, Any] = {"quick": given.quick}
    for name in given.parts or (LATENCY, *PARTS):
        began = time.monotonic()
        out.print(f"{name} ...", highlight=False)
        try:
            with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as folder:
                if name == LATENCY:
                    rounds = 1 if given.quick else given.rounds
                    found, lines = latency.measure(Path(folder), out, rounds, quick=given.quick)
                    more["lines"] = [asdict(line) for line in lines]
                else:
                    found = PARTS[name](Path(folder), given.quick)
            figures += found
        except Exception:  # noqa: BLE001 (what the other parts found is not thrown away)
            out.print_exception()
            figures.append(none("", f"parts that broke: {name}", 1))
        out.print(f"  {time.monotonic() - began:.0f} s", highlight=False)
    show(figures, out)
    if not given.quick:
        out.print(f"kept in {keep(figures, more)}", highlight=False)
    return 1 if failed(figures) else 0


if __name__ == "__main__":
    raise SystemExit(main())
