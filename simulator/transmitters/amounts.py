"""What trouble a simulated box is in right now: counts go down as they strike, and a visitor wants to see that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.transmitters.base import Trouble, TroubledBox
from simulator.transmitters.line_box import LineBox

Faults = Any
"""The dataclass of faults of one kind."""


def _tap(faults: Faults) -> dict[Trouble, int]:
    return {
        Trouble.SILENT: faults.silent,
        Trouble.GARBAGE: faults.noise > 0,
        Trouble.REFUSE: faults.refuse.count(511),
        Trouble.BUSY: 512 in faults.refuse,
        Trouble.SLOW: _ms(faults.delay_reply_s),
        Trouble.CHECKSUM: faults.nak_block,
        Trouble.LOSE_REPLY: faults.lose_reply,
        Trouble.RESET: faults.hang_up_in_block,
    }


def _raw(faults: Faults) -> dict[Trouble, int]:
    return {
        Trouble.SILENT: faults.silent,
        Trouble.SLOW: _ms(faults.slow_s),
        Trouble.RESET: faults.resets,
    }


def _mmdvm(faults: Faults) -> dict[Trouble, int]:
    return {
        Trouble.SILENT: faults.silent,
        Trouble.GARBAGE: faults.noise > 0,
        Trouble.REFUSE: faults.refuse,
        Trouble.BUSY: faults.full,
        Trouble.SLOW: _ms(faults.slow_s),
        Trouble.LOSE_REPLY: faults.lose_reply,
        Trouble.RESET: faults.resets,
    }


def _espa(faults: Faults) -> dict[Trouble, int]:
    return {
        Trouble.SILENT: faults.silent,
        Trouble.GARBAGE: faults.noise > 0,
        Trouble.REFUSE: faults.nak_block.count("3"),
        Trouble.BUSY: faults.busy,
        Trouble.SLOW: _ms(faults.delay_reply_s),
        Trouble.CHECKSUM: faults.nak_block.count("1"),
        Trouble.LOSE_REPLY: faults.lose_reply,
        Trouble.RESET: faults.hang_up_in_block,
    }


def _rf(faults: Faults) -> dict[Trouble, int]:
    return {
        Trouble.SILENT: faults.silent,
        Trouble.GARBAGE: faults.garbage,
        Trouble.BUSY: faults.busy,
        Trouble.SLOW: _ms(faults.slow_s),
        Trouble.CHECKSUM: faults.drop,
        Trouble.LOSE_REPLY: faults.lose_reply,
        Trouble.RESET: faults.reset,
    }


READ: dict[str, Callable[[Faults], dict[Trouble, int]]] = {
    "tap": _tap,
    "espa444": _espa,
    "pocsag-mmdvm": _mmdvm,
    "pocsag-raw": _raw,
    "rf-bridge": _rf,
}
"""By the name of the driver. Boxes of the common half count for themselves."""


def amounts(driver: str, box: TroubledBox) -> dict[Trouble, int]:
    """Only what is on. To be asked in the thread that owns the box."""
    found = box.amounts if isinstance(box, LineBox) else READ[driver](box.faults)  # type: ignore[attr-defined]
    return {kind: int(amount) for kind, amount in found.items() if amount}


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
