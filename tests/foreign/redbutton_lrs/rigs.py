"""What the conformance suite runs this driver against."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.rig import Rig

from .peer import LrsBox

RIGS: dict[str, Callable[[], Rig]] = {
    "lrs": lambda: Rig(
        "lrs", {}, lambda air: LrsBox(knows=air.knows), address="9", receipts=False, watches=False
    ),
    "lrs-system-3": lambda: Rig(
        "lrs",
        {"system": 3, "end": "cr", "gap_s": 0},
        lambda air: LrsBox(3, knows=air.knows),
        address="27",
        receipts=False,
        watches=False,
    ),
}
