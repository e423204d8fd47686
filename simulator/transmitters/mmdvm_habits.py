"""How a simulated MMDVM modem behaves when it is well, and the trouble that it can be told to make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.transmitters.base import Trouble
from simulator.transmitters.pocsag_receiver import PagerHabits


@dataclass(slots=True)
class MmdvmHabits:
    protocol: int = 1
    """1: a hotspot (MMDVM_HS), 2: a board with a radio of its own (MMDVM)."""
    description: bytes | None = None
    """None: that of a usual board of its protocol."""
    boot_s: float = 2.0
    pocsag: bool = True
    """Old firmware has none."""
    one_radio: bool = True
    usb: bool = False
    """It starts anew when its port is opened, and the line is away while it does so."""
    reply_s: float = 0.0
    frequency_checked: bool = True
    """Protocol 1 looks at bands; the other one takes what its radio does."""
    pagers: PagerHabits = field(default_factory=PagerHabits)

    @property
    def buffer(self) -> int:
        """Batches that it holds."""
        return 58 if self.protocol == 2 else 14

    @property
    def ahead_bits(self) -> int:
        """A batch leaves the buffer so long before its own first bit: protocol 1 fills a queue of 1024 bits."""
        return 40 if self.protocol == 2 else 1024

    @property
    def text(self) -> bytes:
        if self.description is not None:
            return self.description
        if self.protocol == 2:
            return b"MMDVM 20260424 TCXO GitID #046e1df"
        return b"MMDVM_HS_Hat-v1.6.0 20210919 14.7456MHz ADF7021 FW by CA6JAU GitID #3c1d393"


@dataclass(slots=True)
class MmdvmFaults:
    """Switches of trouble. Counts go down as they strike; the others last until they are set back."""

    silent: bool = False
    noise: float = 0.0
    """Chance of debug frames, of garbage, and of an answer in two pieces, each."""
    refuse: int = 0
    """So many batches get NAK 4."""
    full: bool = False
    slow_s: float = 0.0
    lose_reply: int = 0
    """During so many transmissions no status comes."""
    resets: int = 0
    """It starts anew in the middle of so many batches."""
    no_carrier: bool = False
    """The transmitter does not come up: batches are taken, and that is all."""


def _set(name: str) -> Callable[[MmdvmFaults, int], None]:
    return lambda faults, amount: setattr(faults, name, amount)


TROUBLES: dict[Trouble, Callable[[MmdvmFaults, int], None]] = {
    Trouble.SILENT: lambda faults, amount: setattr(faults, "silent", amount > 0),
    Trouble.GARBAGE: lambda faults, amount: setattr(faults, "noise", 0.3 if amount else 0.0),
    Trouble.REFUSE: _set("refuse"),
    Trouble.BUSY: lambda faults, amount: setattr(faults, "full", amount > 0),
    Trouble.SLOW: lambda faults, amount: setattr(faults, "slow_s", amount / 1000),
    Trouble.LOSE_REPLY: _set("lose_reply"),
    Trouble.RESET: _set("resets"),
}
"""There is no checksum on this line, so nothing can be wrong with one."""
