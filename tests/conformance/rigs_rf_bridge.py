"""RF bridge chips for 433 MHz watches, by both of their ways to send."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from broker_config.messages import PageFormat
from simulator.transmitters.base import BoxOutput, OnAir
from simulator.transmitters.rf_bridge import RfBridge, RfBridgeHabits
from tests.conformance.rig import Rig

ADDRESS = "watches"


class Showing(RfBridge):
    """With one wearer who reads the codes themselves: a real watch shows the number that it was taught."""

    def outputs(self) -> list[BoxOutput]:
        return [
            OnAir(ADDRESS, one.address, one.alert) if isinstance(one, OnAir) else one
            for one in super().outputs()
        ]


def _code(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:6].upper()


def _rig(settings: dict[str, Any], **habits: Any) -> Rig:
    return Rig(
        "rf-bridge",
        settings,
        lambda air: Showing(RfBridgeHabits(**habits), seed=1),
        most_copies=3,
        address=ADDRESS,
        format=PageFormat.CODE,
        body=_code,
        watches=settings.get("version", True),
        air_time=True,
        baudrate=19200,
    )


RIGS: dict[str, Callable[[], Rig]] = {
    "rf-bridge": lambda: _rig({}),
    "rf-bridge-b0": lambda: _rig({"send": "b0", "frames": 6, "te_us": 350}),
    "rf-bridge-b0-counts-less": lambda: _rig({"send": "b0"}, sends_repeats=True),
    "rf-bridge-b0-25": lambda: _rig({"send": "b0", "tail": "0", "te_us": 208, "gap_us": 5_000}),
    "rf-bridge-no-version": lambda: _rig({"version": False}, version=None),
}
