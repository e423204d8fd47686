"""SNPP servers: kept and left sessions, levels 1 and 2, servers that throw guests out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.transmitters.snpp import SnppHabits, SnppServer
from tests.conformance.rig import Rig


def _rig(settings: dict[str, Any], *, watches: bool = True, **habits: Any) -> Rig:
    return Rig(
        "snpp",
        settings,
        lambda air: SnppServer(SnppHabits(**habits), knows=air.knows, seed=1),
        most_copies=2,
        watches=watches,
        baudrate=115_200,
    )


RIGS: dict[str, Callable[[], Rig]] = {
    "snpp": lambda: _rig({}, level=1),
    "snpp-level-2": lambda: _rig({"level": 2, "login": "shop", "password": "pw"}, login="shop pw"),
    "snpp-leaves": lambda: _rig({"leave": True}),
    "snpp-short-sessions": lambda: _rig({}, most_pages=1),
    "snpp-two-way": lambda: _rig({}, sent="960 1234 Queued, awaiting delivery"),
    "snpp-unwatched": lambda: _rig({"supervise_s": 0}, watches=False, idle_s=30.0),
}
