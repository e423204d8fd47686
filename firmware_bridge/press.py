"""A press on its way from the finger to the server: what is kept of it until its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broker_config.messages import PressKind, Purpose


@dataclass(frozen=True, slots=True)
class NewPress:
    """A press as the finger made it. `pushed_boot`: boot seconds at the push, in the boot named `boot`."""

    id: UUID
    input: int
    pushed_boot: float
    boot: str
    ttl_s: int
    wall: datetime | None = None
    """Wall clock at the push; None unless it was synced."""
    kind: PressKind = PressKind.PRESS
    purpose: Purpose = Purpose.CALL
    ref: UUID | None = None
    """Of an undo: the press that is taken back."""
    via_input: int | None = None
    """The key that was used."""

    @property
    def is_shown(self) -> bool:
        """Whether the button's light and buzzer speak of it: a canary disturbs nobody, and what staff do at the
        button with a key, or quietly, is no news for the customer."""
        return self.kind is PressKind.PRESS and self.purpose is not Purpose.CANARY


@dataclass(frozen=True, slots=True)
class Spooled:
    """A press with its place in the device's order."""

    seq: int
    press: NewPress
    on_disk: bool = True
    """False: the disk took nothing when it was made, so a power cut would lose it."""
