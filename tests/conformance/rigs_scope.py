"""Encoders in Scope mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.transmitters.scope import ScopeEncoder, ScopeHabits
from tests.conformance.rig import Rig


def _rig(settings: dict[str, Any], *, watches: bool = False, **habits: Any) -> Rig:
    return Rig(
        "scope",
        settings,
        lambda air: ScopeEncoder(ScopeHabits(**habits), knows=air.knows, seed=1),
        most_copies=2,
        watches=watches,
    )


RIGS: dict[str, Callable[[], Rig]] = {
    "scope": lambda: _rig({}),
    "scope-asked": lambda: _rig({"question": "ATI"}, watches=True, product="WaveWare v9"),
    "scope-slow": lambda: _rig({"baud": 512}, reply_s=3.0),
}
