"""What the core of a button unit is given: its plan, and everything outside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from broker_config.link import Link
from broker_config.messages import CommandName, Settings
from broker_config.messages.device import NightSettings
from broker_config.renewal.core import Renews
from firmware_bridge.debounce import Rules
from firmware_bridge.health import TELEMETRY_S, Read, Readings
from firmware_bridge.light import LOUDEST, Pattern
from firmware_bridge.outbox import RESEND_S
from firmware_bridge.pulse import LOOK_S
from firmware_bridge.spool import Spool


class Contacts(Protocol):
    """The level of every contact, read now."""

    def closed(self, input_number: int) -> bool: ...


class Outputs(Protocol):
    """Light and buzzer of every input. Called only when what is shown changes."""

    def show(self, input_number: int, pattern: Pattern) -> None: ...


class Kept(Protocol):
    """What outlives the process beside the spool, in the data folder."""

    def settings(self) -> Settings | None:
        """The last good ones. None: there are none, or they cannot be read."""

    def keep_settings(self, settings: Settings) -> None:
        """On the disk when it returns. Raises OSError."""

    def last_end(self) -> UUID | None:
        """The command that ended a process of this unit last."""

    def keep_end(self, command: UUID) -> None:
        """Raises OSError."""


class KeptInMemory:
    """Implements `Kept` without a disk."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._end: UUID | None = None

    def settings(self) -> Settings | None:
        return self._settings

    def keep_settings(self, settings: Settings) -> None:
        self._settings = settings

    def last_end(self) -> UUID | None:
        return self._end

    def keep_end(self, command: UUID) -> None:
        self._end = command


@dataclass(frozen=True, slots=True)
class Life:
    """The process, as the core may end it. `objection`: why it should not end for this command; None: it may."""

    objection: Callable[[CommandName], str | None] = lambda _: "nothing here would start it again"
    end: Callable[[], None] = lambda: None


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
    kept: Kept = field(default_factory=KeptInMemory)
    life: Life = field(default_factory=Life)
    renews: Renews | None = None
    """The unit's certificate; None: it has a password."""
    tick: Callable[[str, float], None] = lambda part, at: None
    """A part has just worked (`pulse.Pulse.tick`)."""
    look_s: float = LOOK_S


@dataclass(frozen=True, slots=True)
class Plan:
    """What the unit is set up to do: the rules of every input by number, and how long a press may page."""

    inputs: Mapping[int, Rules]
    ttl_s: int = 120
    resend_s: tuple[float, ...] = RESEND_S
    telemetry_s: float = TELEMETRY_S
    keys: Mapping[int, int] = field(default_factory=dict)
    """Inputs that are staff keys, each with its button: a push of it is an arrival there."""
    volume: int = LOUDEST
    night: NightSettings | None = None
    timezone: str | None = None
    """IANA name, for the night."""
    lights: str = "std"
    """Name of a set of patterns."""

    @property
    def buttons(self) -> list[int]:
        """Inputs of role button."""
        return [number for number in self.inputs if number not in self.keys]
