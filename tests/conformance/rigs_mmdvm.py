"""MMDVM modems: a hotspot and a board, packed and one page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.pager import Air
from simulator.transmitters.mmdvm import MmdvmHabits, MmdvmModem
from tests.conformance.rig import Rig


def _box(**habits: Any) -> Callable[[Air], MmdvmModem]:
    return lambda air: MmdvmModem(MmdvmHabits(**habits), seed=1)


def _rig(settings: dict[str, Any], **habits: Any) -> Rig:
    return Rig(
        "pocsag-mmdvm",
        settings,
        _box(**habits),
        air_time=True,
        baudrate=115_200,
        open_s=3.0,
        calls_per_s=8.1,
    )


RIGS: dict[str, Callable[[], Rig]] = {
    "mmdvm-1": lambda: _rig({}),
    "mmdvm-1-single": lambda: _rig({"batch": 1, "idle_after_s": 3, "status_every_s": 0.5}, usb=True),
    "mmdvm-1-slow": lambda: _rig({"status_every_s": 0.5}, reply_s=0.05),
    "mmdvm-2": lambda: _rig({"status_every_s": 0.5}, protocol=2),
}
