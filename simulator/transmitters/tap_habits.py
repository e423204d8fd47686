"""How a simulated paging terminal behaves when it is well, and the trouble that it can be told to make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.transmitters.base import Trouble


@dataclass(slots=True)
class TapHabits:
    """How this box behaves when it is well. None as a time: it never gives up waiting."""

    password: str = ""
    check_password: bool = True
    implied_login: bool = False
    prompt: bytes = b"ID="
    banner: bytes = b"110 1.8\r114 Simulated paging terminal\r"
    verbose: bool = True
    line_end: bytes = b"\r"
    text_after: bool = False
    """Words after the control code, as one maker does."""
    go_ahead: bool = True
    t4_s: float | None = 4.0
    t5_s: float = 8.0
    n3: int = 3
    most_pages: int | None = None
    most_naks: int = 5
    alert_digits: str = ""
    """Last characters of an id that mean alert 1, 2 ...; empty: ids are whole addresses."""
    reply_s: float = 0.0
    baud: int | None = None
    """Of its radio: 512, 1200, 2400. A page is heard after its air time, and the next one waits. None: at once."""
    product: str = ""
    """What it answers to ATI at any time; empty: nothing."""
    farewell: bytes = b"115 Goodbye\r"
    services: tuple[str, ...] = ("PG1",)
    most_text: int | None = None
    """Longer texts are cut and sent, with 214; with `rejects_long` they are refused with 517."""
    rejects_long: bool = False
    forbidden: str = ""
    """Characters that it refuses with 515."""
    longest_session_s: float | None = None
    parity: bool = False
    """Even parity in the eighth bit of what it says."""


@dataclass(slots=True)
class TapFaults:
    """Switches of trouble. Counts go down as they strike; times last until they are set back."""

    silent: bool = False
    """No power: it hears nothing, says nothing, sends nothing, and has forgotten everybody when it is back."""
    late_prompt_s: float = 0.0
    nak_logon: int = 0
    deny_logon: int | None = None
    """507, 508 or 509, and thrown out."""
    no_go_ahead: int = 0
    merged_go_ahead: bool = False
    nak_block: int = 0
    refuse: list[int] = field(default_factory=list)
    """Codes for RS, one per page."""
    throw_out: list[int] = field(default_factory=list)
    """Codes for ESC EOT in place of a block's reply."""
    lose_reply: int = 0
    """The page is on the air, and the gateway never hears of it."""
    eat_block: int = 0
    """The block is lost on the way in: nothing happens and nothing is said."""
    delay_reply_s: float = 0.0
    hold_ack_s: float = 0.0
    """The line 211 comes at once, its ACK only after this."""
    note: int = 211
    split: bool = False
    """Every byte comes alone."""
    wait_first: int = 0
    """Says 111 before its verdict, so many times."""
    noise: float = 0.0
    """Chance of garbage before a reply."""
    xoff_s: float = 0.0
    hang_up_in_block: int = 0
    take_back: int = 0
    """RS after the goodbye."""
    forget_session: int = 0
    """Power blink: the next block finds nobody logged on."""


def _set(name: str) -> Callable[[TapFaults, int], None]:
    return lambda faults, amount: setattr(faults, name, amount)


TROUBLES: dict[Trouble, Callable[[TapFaults, int], None]] = {
    Trouble.SILENT: lambda faults, amount: setattr(faults, "silent", amount > 0),
    Trouble.GARBAGE: lambda faults, amount: setattr(faults, "noise", 0.5 if amount else 0.0),
    Trouble.REFUSE: lambda faults, amount: setattr(faults, "refuse", [511] * amount),
    Trouble.BUSY: lambda faults, amount: setattr(faults, "refuse", [512] * (1_000 * amount)),
    Trouble.SLOW: lambda faults, amount: setattr(faults, "delay_reply_s", amount / 1000),
    Trouble.CHECKSUM: _set("nak_block"),
    Trouble.LOSE_REPLY: _set("lose_reply"),
    Trouble.RESET: _set("hang_up_in_block"),
}
"""How this kind makes the trouble that all kinds share."""
