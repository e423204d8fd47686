"""About devices themselves: status, telemetry, settings, commands, and the server's own probe."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator

from broker_config.messages.base import (
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
    refused: dict[Word, Count] = {}
    """Pushes that debounce did not accept, by reason, since the process started."""
    held_ms: Milliseconds | None = None
    """How long the contact has been closed; None when it is open."""


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
    disk_ro: bool | None = None
    clock: Annotated[str, StringConstraints(pattern=r"^(synced|unsynced|unknown)$")] = "unknown"
    reconnects: Count = 0
    last_press_s: Count | None = None
    cfg_rev: Count = 0
    sw: Word
    inputs: Annotated[list[InputHealth], Field(max_length=16)] = []


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
    """Local hours in which the sound is another one."""

    starts: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    ends: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    volume: Annotated[int, Field(ge=0, le=10)]


class Settings(Message):
    """Values for one device. A field that is missing or null leaves the device's own file in force."""

    rev: Count
    inputs: Annotated[list[InputSettings] | None, Field(max_length=16)] = None
    ttl_s: Seconds | None = None
    resend_s: Annotated[list[Seconds] | None, Field(min_length=1, max_length=10)] = None
    volume: Annotated[int | None, Field(ge=0, le=10)] = None
    night: NightSettings | None = None
    lights: Word | None = None
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
