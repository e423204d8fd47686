"""The two lock files agree, hold everything that is asked for, and name no registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    assert "://" not in text
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[><=;~ ]", line)[0].lower() for line in requirements} - {"redbutton"}


def test_what_runs_is_what_was_tested() -> None:
    everything, running = pins("requirements.lock"), pins(".ci/run.lock")
    assert running.items() <= everything.items()
    assert not {"pytest", "mypy", "playwright"} & set(running)


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    assert names([line for lines in extras.values() for line in lines]) <= set(pins("requirements.lock"))
    needed = project["dependencies"] + extras["server"] + extras["gateway"] + extras["button"]
    assert names(needed) <= set(pins(".ci/run.lock"))


def test_every_pin_has_its_hash() -> None:
    for name in ("requirements.lock", ".ci/run.lock"):
        blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())
        assert all("--hash=sha256:" in block for block in blocks)
