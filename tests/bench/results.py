"""What a run of the bench found: figures beside their goals, kept as JSON, told as a table or as Markdown."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

FOLDER = Path("bench-results")


@dataclass(frozen=True, slots=True)
class Figure:
    goal: str
    """Number of the goal of speed that it belongs to; empty: worth knowing."""
    what: str
    value: float | None
    """None: not measured."""
    unit: str = ""
    wanted: str = ""
    met: bool | None = None
    """None: there is no goal, or nothing was measured."""
    detail: str = ""
    must: bool = False
    """Not a matter of the machine: a miss fails the run."""

    @property
    def words(self) -> str:
        if self.value is None:
            return "not measured"
        digits = 0 if self.value == int(self.value) or abs(self.value) >= 100 else 2
        return f"{self.value:.{digits}f} {self.unit}".strip()

    @property
    def verdict(self) -> str:
        return {True: "yes", False: "NO", None: ""}[self.met]


def most(goal: str, what: str, value: float, limit: float, unit: str = "", detail: str = "") -> Figure:
    return Figure(goal, what, value, unit, f"≤ {limit:g}", value <= limit, detail)


def least(goal: str, what: str, value: float, limit: float, unit: str = "", detail: str = "") -> Figure:
    return Figure(goal, what, value, unit, f"≥ {limit:g}", value >= limit, detail)


def none(goal: str, what: str, value: int, detail: str = "") -> Figure:
    """Of what there must be none on any machine."""
    return Figure(goal, what, value, "", "0", value == 0, detail, must=True)


def failed(figures: Iterable[Figure]) -> bool:
    return any(one.must and one.met is False for one in figures)


def show(figures: Sequence[Figure], out: Console) -> None:
    table = Table(title="the goals of speed")
    for head in ("goal", "what", "figure", "wanted", "met", ""):
        table.add_column(head, justify="right" if head == "figure" else "left")
    for one in in_order(figures):
        table.add_row(one.goal, one.what, one.words, one.wanted, one.verdict, one.detail)
    out.print(table)


def in_order(figures: Iterable[Figure]) -> list[Figure]:
    """By goal; what belongs to none comes last."""
    return sorted(figures, key=lambda one: one.goal or "~")


def keep(figures: Sequence[Figure], more: dict[str, Any], folder: Path = FOLDER) -> Path:
    folder.mkdir(exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    path = folder / time.strftime("%Y-%m-%dT%H-%M-%S.json")
    document = {
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **more,
        "figures": [asdict(one) for one in figures],
    }
    path.write_text(json.dumps(document, indent=1))
    return path


def markdown(count: int, folder: Path = FOLDER) -> str:
    """The last runs side by side, the newest first: for the README."""
    runs = list(_last(count, folder))
    if not runs:
        return f"no run is kept in {folder}/"
    heads = ["goal", "what", "wanted", *(f"{path.stem[:10]} {run['commit']}" for path, run in runs)]
    rows: dict[tuple[str, str], list[str]] = {}
    for column, (_, run) in enumerate(runs):
        for one in in_order(Figure(**each) for each in run["figures"]):
            row = rows.setdefault((one.goal, one.what), [one.wanted, *[""] * len(runs)])
            row[column + 1] = f"**{one.words}**" if one.met is False else one.words
    lines = [heads, ["---"] * len(heads), *([*key, *row] for key, row in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _last(count: int, folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.json"), reverse=True):
        run = json.loads(path.read_text())
        if "figures" in run and count > 0:
            count -= 1
            yield path, run
