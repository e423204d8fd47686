"""The unit's own TOML file, checked whole before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from broker_config.config import FieldErrors
from broker_config.device_settings import DeviceSettings
from broker_config.messages.base import Seconds, Word
from broker_config.messages.device import InputSettings, NightSettings, ResendTimes, TimeZone, Volume
from firmware_bridge import settings
from firmware_bridge.light import LOUDEST
from firmware_bridge.ports import Plan

Pin = Annotated[int, Field(ge=0, le=27)]
"""A BCM number of the Pi's header."""


class InputPins(InputSettings):
    """One input and what hangs on it. Zone, label and colour live in the server."""

    model_config = ConfigDict(extra="forbid", strict=False)

    pin: Pin
    light_pin: Pin | None = None
    buzzer_pin: Pin | None = None
    buzzer_hz: Annotated[int, Field(ge=100, le=10_000)] | None = None
    """The tone of a passive buzzer, which can be more and less loud; None: an active one, with a tone of its own."""
    normally_closed: bool = False
    """The contact opens at a push: then a cut wire is seen as a push that is held."""


class Night(NightSettings):
    model_config = ConfigDict(extra="forbid", strict=False)


class ButtonUnitSettings(DeviceSettings):
    """One button unit."""

    data: Path
    """Folder of the spool: the one place of the unit that must survive a power cut."""
    ttl_s: Seconds = 120
    telemetry_s: Seconds = 60
    resend_s: ResendTimes = [1, 2, 4, 8, 15]
    volume: Volume = LOUDEST
    night: Night | None = None
    timezone: TimeZone | None = None
    lights: Word = "std"
    pin_factory: Literal["lgpio", "mock"] = "lgpio"
    log_json: bool = False
    inputs: Annotated[tuple[InputPins, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _no_pin_is_used_twice(self) -> Self:
        pins = [
            pin for one in self.inputs for pin in (one.pin, one.light_pin, one.buzzer_pin) if pin is not None
        ]
        twice = sorted({one for one in pins if pins.count(one) > 1})
        if twice:
            raise ValueError(f"pin {', '.join(map(str, twice))} is used twice")
        return self

    @model_validator(mode="after")
    def _the_server_could_say_it_too(self) -> Self:
        places, errors = settings.placed(self.inputs)
        errors = settings.wrong(self.plan, places) | errors
        if errors:
            raise FieldErrors(errors)
        return self

    @property
    def plan(self) -> Plan:
        """What this file says about everything that the server may change."""
        return Plan(
            {one.n: settings.rules_of(one) for one in self.inputs},
            self.ttl_s,
            tuple(self.resend_s),
            self.telemetry_s,
            settings.keys_of(self.inputs),
            self.volume,
            self.night,
            self.timezone,
            self.lights,
        )
