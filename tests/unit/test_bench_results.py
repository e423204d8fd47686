"""Figures of the bench: what is met, what fails a run, and the last runs side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from tests.bench.results import Figure, failed, in_order, least, markdown, most, none


def test_a_slow_machine_is_no_failure_and_a_loss_is_one() -> None:
    slow = [most("1", "p50", 9.0, 2.0, "F"), least("2", "rate", 300, 1_000, "/s")]
    assert [one.met for one in slow] == [False, False]
    assert not failed(slow)
    assert not failed([none("3", "lost", 0)])
    assert failed([*slow, none("3", "lost", 1)])


def test_figures_are_in_the_order_of_goals() -> None:
    found = in_order([Figure("", "idle", 1.0), Figure("3", "b", 1.0), Figure("1", "a", 1.0)])
    assert [one.what for one in found] == ["a", "b", "idle"]


def test_the_last_runs_side_by_side(tmp_path: Path) -> None:
    old = [most("1", "p50 at 50/s", 2.67, 2.0, "F"), none("3", "lost", 0)]
    new = [most("1", "p50 at 50/s", 1.5, 2.0, "F"), Figure("", "the world", None, "days/s")]
    for name, commit, figures in (("2026-01-01T00-00-00", "aaa", old), ("2026-02-01T00-00-00", "bbb", new)):
        kept = {"commit": commit, "figures": [asdict(one) for one in figures]}
        (tmp_path / f"{name}.json").write_text(json.dumps(kept))
    (tmp_path / "2026-03-01T00-00-00.json").write_text("{}")  # of another time
    assert markdown(2, tmp_path).splitlines() == [
        "| goal | what | wanted | 2026-02-01 bbb | 2026-01-01 aaa |",
        "| --- | --- | --- | --- | --- |",
        "| 1 | p50 at 50/s | ≤ 2 | 1.50 F | **2.67 F** |",
        "|  | the world |  | not measured |  |",
        "| 3 | lost | 0 |  | 0 |",
    ]
    assert "no run" in markdown(1, tmp_path / "nowhere")
