"""WaveWare encoders in their own mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.transmitters.waveware import WavewareEncoder, WavewareHabits
from tests.conformance.rig import Rig


def _rig(settings: dict[str, Any], **habits: Any) -> Rig:
    return Rig(
        "waveware",
        settings,
        lambda air: WavewareEncoder(WavewareHabits(**habits), knows=air.knows, seed=1),
        most_copies=2,
    )


RIGS: dict[str, Callable[[], Rig]] = {
    "waveware": lambda: _rig({}),
    "waveware-slow": lambda: _rig({"baud": 2400, "gap_s": 0.5}, reply_s=1.0),
}
