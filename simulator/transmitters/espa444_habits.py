"""How a simulated ESPA paging system behaves when it is well, and the trouble that it can be told to make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.transmitters.base import Trouble


@dataclass(slots=True)
class EspaHabits:
    """How this system behaves when it is well."""

    own: str = "2"
    gateway: str = "1"
    bits: int = 7
    parity: bool = False
    """Even parity in the eighth bit of what it says; only with seven bits."""
    polls_every_s: float | None = None
    """It is the control station and polls the gateway so often. None: the gateway is, and polls."""
    knows_only: str = ""
    """`fixed`: only `1 ENQ 2 ENQ` and one block; EOT to all else. `acks`: yes to any select and sound block."""
    flush_s: float = 0.1
    """With `fixed`: it throws away what comes so soon after its EOT."""
    status: str = "automatic"
    """When it says what became of a call: `automatic`, on `request`, `never`."""
    tells_queued: bool = True
    status_message: bool = True
    """A status repeats the call's message, too."""
    answers: bool = False
    """Its pagers acknowledge each call."""
    repeats: bool = True
    """It transmits a call as often as record 5 says."""
    most_waiting: int | None = None
    """Places in its queue."""
    extra_rs: bool = False
    cr_after: bool = False
    echo: bool = False
    """A 2-wire line: the gateway hears itself."""
    reply_s: float = 0.0
    patience_s: float = 2.0
    """How long it waits for an answer of the gateway."""
    gap_s: float = 0.5
    """Longest gap in a telegram; then it says that it was damaged."""
    silence_s: float = 10.0
    """As control station: longest silence of whoever is master."""
    attempts: int = 2
    baud: int | None = None
    """Of its radio: 512, 1200, 2400. A page is heard after its air time, and the next one waits. None: at once."""


@dataclass(slots=True)
class EspaFaults:
    """Switches of trouble. Counts go down as they strike; times last until they are set back."""

    silent: bool = False
    """No power: it hears nothing, says nothing, sends nothing, and has lost its queue when it is back."""
    nak_select: list[str] = field(default_factory=list)
    """Prefixes, one per select; an empty one: a bare NAK."""
    nak_block: list[str] = field(default_factory=list)
    busy: bool = False
    """Its queue is full: NAK 2 to every block."""
    ignore_select: int = 0
    eat_block: int = 0
    """The telegram is lost on the way in: nothing happens and nothing is said."""
    lose_reply: int = 0
    """The call is taken, and the gateway never hears of it."""
    eot_for_ack: int = 0
    """The call is taken, and EOT said in place of ACK."""
    delay_reply_s: float = 0.0
    late_ack_s: list[float] = field(default_factory=list)
    """Delays of the answers to the next blocks only."""
    noise: float = 0.0
    """Chance of garbage before a word."""
    fates: list[str] = field(default_factory=list)
    """Call status of the next calls in place of 3 (paged): 4 absent, 5 terminated, 8 fault: not transmitted."""
    failure: int = 0
    """So many times it says "transmitter failure" when it is polled."""
    spoil_status: int = 0
    """Status telegrams with a wrong check character."""
    freeze_status: int = 0
    """It selects the gateway, and then says nothing more."""
    stranger: bool = False
    """A second control station polls on the same line."""
    hang_up_in_block: int = 0


TROUBLES: dict[Trouble, Callable[[EspaFaults, int], None]] = {
    Trouble.SILENT: lambda faults, amount: setattr(faults, "silent", amount > 0),
    Trouble.GARBAGE: lambda faults, amount: setattr(faults, "noise", 0.5 if amount else 0.0),
    Trouble.REFUSE: lambda faults, amount: setattr(faults, "nak_block", ["3"] * amount),
    Trouble.BUSY: lambda faults, amount: setattr(faults, "busy", amount > 0),
    Trouble.SLOW: lambda faults, amount: setattr(faults, "delay_reply_s", amount / 1000),
    Trouble.CHECKSUM: lambda faults, amount: setattr(faults, "nak_block", ["1"] * amount),
    Trouble.LOSE_REPLY: lambda faults, amount: setattr(faults, "lose_reply", amount),
    Trouble.RESET: lambda faults, amount: setattr(faults, "hang_up_in_block", amount),
}
"""How this kind makes the trouble that all kinds share."""
