"""What the core of a button unit is given: its plan, and everything outside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from broker_config.link import Link
from firmware_bridge.debounce import Rules
from firmware_bridge.health import TELEMETRY_S, Read, Readings
from firmware_bridge.light import Pattern
from firmware_bridge.outbox import RESEND_S
from firmware_bridge.spool import Spool


class Contacts(Protocol):
    """The level of every contact, read now."""

    def closed(self, input_number: int) -> bool: ...


class Outputs(Protocol):
    """Light and buzzer of every input. Called only when what is shown changes."""

    def show(self, input_number: int, pattern: Pattern) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside the core."""

    link: Link
    spool: Spool
    contacts: Contacts
    outputs: Outputs
    new_id: Callable[[], UUID]
    wall: Callable[[], datetime | None]
    """The wall clock; None while it is not synced."""
    jitter: Callable[[], float]
    """0 up to 1."""
    read: Read = Readings


@dataclass(frozen=True, slots=True)
class Plan:
    """What the unit is set up to do: the rules of every input by number, and how long a press may page."""

    inputs: Mapping[int, Rules]
    ttl_s: int = 120
    resend_s: Sequence[float] = RESEND_S
    telemetry_s: float = TELEMETRY_S
    keys: Mapping[int, int] = field(default_factory=dict)
    """Inputs that are staff keys, each with its button: a push of it is an arrival there."""

    @property
    def buttons(self) -> list[int]:
        """Inputs of role button."""
        return [number for number in self.inputs if number not in self.keys]
