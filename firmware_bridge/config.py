"""The unit's own TOML file, checked whole before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from broker_config.config import FileSettings
from broker_config.messages.base import DeviceId, InputNumber
from broker_config.messages.device import InputRole
from firmware_bridge.debounce import Rules

Pin = Annotated[int, Field(ge=0, le=27)]
"""A BCM number of the Pi's header."""


class InputPins(BaseModel):
    """One input and what hangs on it. Zone, label and colour live in the server."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    n: InputNumber
    pin: Pin
    light_pin: Pin | None = None
    buzzer_pin: Pin | None = None
    normally_closed: bool = False
    """The contact opens at a push: then a cut wire is seen as a push that is held."""
    role: InputRole = InputRole.BUTTON
    key_for: Annotated[InputNumber | None, Field(alias="for")] = None
    """Of a staff key: its button, an input of this unit."""
    hold_ms: Annotated[int, Field(ge=5, le=1_000)] = 30
    lockout_ms: Annotated[int, Field(ge=0, le=60_000)] = 3_000

    @model_validator(mode="after")
    def _a_key_names_its_button(self) -> Self:
        if (self.role is InputRole.KEY) != (self.key_for is not None):
            raise ValueError('role = "key" and for = <its button\'s n> belong together')
        return self

    @property
    def rules(self) -> Rules:
        return Rules(hold_s=self.hold_ms / 1000, lockout_s=self.lockout_ms / 1000)


class ButtonUnitSettings(FileSettings):
    """One button unit. `password_file = "..."` in the file, or `REDBUTTON_PASSWORD`, gives the password."""

    store: DeviceId
    device: DeviceId
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] = 1883
    password: SecretStr
    data: Path
    """Folder of the spool: the one place of the unit that must survive a power cut."""
    ttl_s: Annotated[int, Field(ge=1, le=86_400)] = 120
    telemetry_s: Annotated[int, Field(ge=5, le=86_400)] = 60
    pin_factory: Literal["lgpio", "mock"] = "lgpio"
    log_json: bool = False
    inputs: Annotated[tuple[InputPins, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _nothing_is_used_twice(self) -> Self:
        numbers = [one.n for one in self.inputs]
        pins = [
            pin for one in self.inputs for pin in (one.pin, one.light_pin, one.buzzer_pin) if pin is not None
        ]
        for what, found in (("input n", numbers), ("pin", pins)):
            twice = sorted({one for one in found if found.count(one) > 1})
            if twice:
                raise ValueError(f"{what} {', '.join(map(str, twice))} is used twice")
        return self

    @model_validator(mode="after")
    def _every_key_has_its_button(self) -> Self:
        buttons = {one.n for one in self.inputs if one.role is InputRole.BUTTON}
        if not buttons:
            raise ValueError("inputs has no button, only keys")
        for one in self.inputs:
            if one.key_for is not None and one.key_for not in buttons:
                raise ValueError(f"input {one.n} is a key for {one.key_for}, which is no button of this unit")
        return self

    @property
    def keys(self) -> dict[int, int]:
        """Input of every staff key -> input of its button."""
        return {one.n: one.key_for for one in self.inputs if one.key_for is not None}
