"""Encoders in COMP2 mode, with and without a word about each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.transmitters.comp2 import Comp2Encoder, Comp2Habits
from tests.conformance.rig import Rig


def _rig(settings: dict[str, Any], **habits: Any) -> Rig:
    return Rig(
        "comp2",
        settings,
        lambda air: Comp2Encoder(Comp2Habits(**habits), knows=air.knows, seed=1),
        most_copies=2,
        receipts=bool(settings.get("verbose")),
        watches=False,
    )


RIGS: dict[str, Callable[[], Rig]] = {
    "comp2": lambda: _rig({}),
    "comp2-verbose": lambda: _rig({"verbose": True}, verbose=True),
    "comp2-words-only": lambda: _rig({"verbose": True, "gap_s": 0}, verbose=True, ends_with_ack=False),
}
