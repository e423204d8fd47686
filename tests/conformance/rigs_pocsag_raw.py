"""Boxes that put bytes on the air and never answer, and the settings that fit each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.transmitters.pocsag_raw import RawBox, RawHabits
from tests.conformance.rig import Rig

LINE_BAUD = 38400


def _rig(settings: dict[str, Any], **habits: Any) -> Rig:
    return Rig(
        "pocsag-raw",
        settings,
        lambda air: RawBox(RawHabits(**habits)),
        receipts=False,
        watches=False,
        air_time=True,
        baudrate=LINE_BAUD,
    )


RIGS: dict[str, Callable[[], Rig]] = {
    "pocsag-raw": lambda: _rig({}),
    "pocsag-raw-words-alone": lambda: _rig(
        {"end": "", "inverted": True, "baud": 2400}, end=None, inverted=True, baud=2400
    ),
    "pocsag-raw-small-buffer": lambda: _rig({"ahead_s": 0.3, "baud": 512}, own_power=True, baud=512),
}
