"""Every rig that the suite runs over: those of the files `rigs_<kind>.py` beside this one, and those that packages from
outside bring by the entry-point group `redbutton.transmitters.rigs` (pager_gateway/DRIVERS.md)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from tests.conformance.rig import Bench, Rig

__all__ = ["GROUP", "RIGS", "Bench", "Rig", "names"]

GROUP = "redbutton.transmitters.rigs"
"""Each point leads to a mapping of this file's kind: name -> a call that makes a new Rig."""


def _collect() -> dict[str, Callable[[], Rig]]:
    found: dict[str, Callable[[], Rig]] = {}
    for file in sorted(Path(__file__).parent.glob("rigs_*.py")):
        found |= import_module(f"{__package__}.{file.stem}").RIGS
    for point in entry_points(group=GROUP):
        found |= point.load()
    return found


RIGS = _collect()


def names(where: Callable[[Bench], bool]) -> list[str]:
    """The rigs of which something is true."""
    return [name for name in sorted(RIGS) if where(Bench(RIGS[name]()))]
