"""About devices themselves: status, telemetry, settings, commands, and the server's own probe."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator

from broker_config.messages.base import (
    NO_NUL,
    Count,
    InputNumber,
    Message,
    Milliseconds,
    Part,
    RunId,
    Seconds,
    Text,
    Word,
)


class DeviceState(StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"


class DeviceStatus(Message):
    """Published on every connect, and by the broker as the will. An `offline` of an old `run` is ignored."""

    state: DeviceState
    run: RunId
    boot: RunId
    sw: Word


class InputHealth(Part):
    input: InputNumber
    pushes: Count = 0
    """Pushes that became presses, since the process started."""
    refused: dict[Word, Count] = {}
    """Pushes that debounce did not accept, by reason, since the process started."""
    held_ms: Milliseconds | None = None
    """How long the contact has been closed; None when it is open."""
    key_of: InputNumber | None = None
    """Of a staff key: the button that it stands at."""
    bounce_ms: Milliseconds | None = None
    """The longest bounce of a push since the process started: it grows as a contact ages."""


class FaultKind(StrEnum):
    """What a unit finds wrong with itself: for the technician, never an incident."""

    STUCK = "stuck"
    """A contact has been closed for over a minute."""
    CHATTER = "chatter"
    """A contact opens and closes without a finger: worn, wet, or a cable beside mains."""
    FLOOD = "flood"
    """Pushes one after the other, as a child does: one press stands for all of them."""
    DISK_FULL = "disk_full"
    DISK_READ_ONLY = "disk_read_only"
    DISK_FAILED = "disk_failed"
    SPOOL_REPLACED = "spool_replaced"
    """The spool could not be read: it was kept aside and a new one begun."""
    PRESSES_LOST = "presses_lost"
    """The disk took nothing and the memory was full: the oldest presses in it went."""
    UNDERVOLT = "undervolt"
    THROTTLED = "throttled"
    """Too hot or too little power: the kernel slowed the machine down."""
    TAKEN_OVER = "taken_over"
    """Another client connected by this unit's name."""


class DeviceFault(Part):
    """One thing that is wrong now. It is over when it is not told any more."""

    kind: Word
    """A `FaultKind`, or what a newer device calls it."""
    input: InputNumber | None = None
    """None: of the whole unit."""
    for_s: Count = 0
    """Since when, in seconds before this message."""
    count: Count = 0
    """Its figure: edges, pushes hidden, presses only in memory, takeovers."""
    text: Annotated[str, StringConstraints(max_length=120, pattern=NO_NUL)] = ""
    """In the device's own words."""


class Telemetry(Message):
    run: RunId
    boot: RunId
    up_s: Count
    spool: Count = 0
    """Presses without a receipt (button), pages without a final state (gateway)."""
    oldest_ms: Milliseconds = 0
    rssi_dbm: Annotated[int, Field(ge=-150, le=50)] | None = None
    temp_c: Annotated[float, Field(ge=-60, le=200)] | None = None
    undervolt: bool | None = None
    throttled: bool | None = None
    disk_ro: bool | None = None
    disk_free_mb: Count | None = None
    """Free on the partition of the data folder."""
    memory_mb: Count | None = None
    """Resident, of this process."""
    clock: Annotated[str, StringConstraints(pattern=r"^(synced|unsynced|unknown)$")] = "unknown"
    reconnects: Count = 0
    last_press_s: Count | None = None
    cfg_rev: Count = 0
    """Revision of the settings in force; 0: the unit's own file."""
    seq: Count = 0
    """The highest `seq` that a press of this unit ever got: the server finds gaps up to here. 0: not told."""
    takeovers: Count = 0
    """How often another client took this unit's name, since the process started."""
    sw: Word
    inputs: Annotated[list[InputHealth], Field(max_length=16)] = []
    faults: Annotated[list[DeviceFault], Field(max_length=24)] = []
    """What is wrong now. Telemetry goes out at once when this list changes."""


Volume = Annotated[int, Field(ge=0, le=10)]
"""0 is silent, 10 the loudest; an active buzzer knows only silent and loud."""
TimeZone = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)]
"""IANA name."""
ResendTimes = Annotated[list[Seconds], Field(min_length=1, max_length=10)]
"""Seconds from each try of a press to the next one; the last of them for ever."""
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,63}$")]


class InputRole(StrEnum):
    BUTTON = "button"
    KEY = "key"


class InputSettings(Part):
    n: InputNumber
    role: InputRole = InputRole.BUTTON
    key_for: Annotated[InputNumber | None, Field(alias="for")] = None
    """A key's own button on the same unit."""
    hold_ms: Annotated[int, Field(ge=5, le=1_000)] = 30
    lockout_ms: Annotated[int, Field(ge=0, le=60_000)] = 3_000

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    @model_validator(mode="after")
    def _a_key_names_its_button(self) -> Self:
        if (self.role is InputRole.KEY) != (self.key_for is not None):
            raise ValueError("for belongs to a key, and every key has one")
        return self


class NightSettings(Part):
    """Local hours in which the sound is another one (`Settings.timezone`). A unit whose clock nobody vouches for keeps
    the volume of the day."""

    starts: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    ends: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    volume: Volume


class Settings(Message):
    """Values for one device. A field that is missing or null leaves the device's own file in force."""

    rev: Count
    inputs: Annotated[list[InputSettings] | None, Field(max_length=16)] = None
    ttl_s: Seconds | None = None
    resend_s: ResendTimes | None = None
    volume: Volume | None = None
    night: NightSettings | None = None
    timezone: TimeZone | None = None
    """For `night`."""
    lights: Word | None = None
    """Name of a set of light patterns: `std`, or `slow` for places where flashing is not wanted."""
    telemetry_s: Seconds | None = None


class SettingsAnswer(Message):
    rev: Count
    ok: bool
    errors: dict[FieldName, Text] = {}


class CommandName(StrEnum):
    IDENTIFY = "identify"
    DRILL = "drill"
    CANARY = "canary"
    PROBE = "probe"
    RESTART = "restart"
    ROTATE = "rotate"


class Command(Message):
    id: UUID
    name: CommandName
    args: dict[FieldName, JsonValue] = {}


class CommandAnswer(Message):
    id: UUID
    ok: bool
    text: Text = ""


class Probe(Message):
    """The server to itself through the broker: the round trip is the broker's health."""

    run: RunId
    seq: Annotated[int, Field(ge=1, le=2**53)]
    sent_ms: Milliseconds
    """The server's own boot-time clock at the send."""
    every_s: Seconds = 10
