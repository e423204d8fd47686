"""Settings and commands that people want of a device: whether they can be meant, before the device hears of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError
from pydantic_core import to_json

from broker_config import channels
from broker_config.codec import encode
from broker_config.messages import CommandName, Settings
from broker_config.messages.device import InputRole, InputSettings

ANSWER_WITHIN = timedelta(seconds=30)
"""A command expires then: what was not answered by now never will be."""
OF_UNIT = frozenset(
    {CommandName.IDENTIFY, CommandName.DRILL, CommandName.PROBE, CommandName.RESTART, CommandName.ROTATE}
)
OF_GATEWAY = frozenset({CommandName.PROBE, CommandName.RESTART, CommandName.ROTATE})
OF_ANY = "telemetry_s"
"""The only setting of a gateway."""

Errors: TypeAlias = dict[str, str]
"""Field -> what is wrong with it, for people who write programs."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Settings of one device: what is wanted, and the device's last answer."""

    rev: int = 0
    """0: nobody wants anything."""
    wanted: Mapping[str, Any] = field(default_factory=dict)
    answer_rev: int | None = None
    answer_ok: bool | None = None
    answer_errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        return self.answer_rev == self.rev

    @property
    def next_rev(self) -> int:
        """Above all that the device ever heard of, also of a server before this one."""
        return max(self.rev, self.answer_rev or 0) + 1


def settings_of(values: Mapping[str, Any], rev: int, kind: str, inputs: Collection[int]) -> Settings | Errors:
    """`inputs`: those that the device has as far as anybody knows; empty: nobody knows."""
    try:
        settings = Settings.model_validate_json(to_json({**values, "rev": rev, "v": 1}))
    except ValidationError as error:
        return {_field(one["loc"]): one["msg"] for one in error.errors()}
    unknown = sorted(values.keys() - (Settings.model_fields.keys() - {"v", "rev"}))
    errors = dict.fromkeys(unknown, "there is no such setting")
    if kind == "g":
        given = settings.model_fields_set - {"rev", "v", OF_ANY}
        errors |= {
            name: "a gateway has no such setting" for name in given if getattr(settings, name) is not None
        }
    errors |= _inputs(settings.inputs or [], inputs)
    if settings.timezone is not None and not _is_zone(settings.timezone):
        errors["timezone"] = "no such time zone"
    if not errors and len(encode(settings)) > channels.SETTINGS.max_bytes:
        errors["inputs"] = f"all settings together are over {channels.SETTINGS.max_bytes} bytes"
    return errors or settings


def wanted(settings: Settings) -> dict[str, Any]:
    """For the row: all but the revision."""
    return settings.model_dump(mode="json", exclude={"v", "rev"}, exclude_none=True)


def command_args(name: CommandName, args: Mapping[str, Any], inputs: Collection[int]) -> Errors:
    """A drill names the inputs that it presses; nothing else is asked for."""
    allowed = {"input"} if name is CommandName.DRILL else set()
    errors = dict.fromkeys(sorted(args.keys() - allowed), "there is no such argument")
    if name is CommandName.DRILL:
        asked = args.get("input")
        several = asked if isinstance(asked, list) else [asked]
        if not several or any(type(one) is not int or one not in inputs for one in several):
            errors["input"] = f"one of {', '.join(map(str, sorted(inputs))) or 'none'}"
    return errors


def _inputs(given: list[InputSettings], inputs: Collection[int]) -> Errors:
    errors: Errors = {}
    roles: dict[int, InputRole] = {}
    for index, one in enumerate(given):
        if one.n in roles:
            errors[f"inputs.{index}.n"] = "named twice"
        elif inputs and one.n not in inputs:
            errors[f"inputs.{index}.n"] = f"the device has inputs {', '.join(map(str, sorted(inputs)))}"
        roles[one.n] = one.role
    for index, one in enumerate(given):
        if one.role is InputRole.KEY:
            role = roles.get(one.key_for or 0, InputRole.BUTTON)
            if one.key_for == one.n or role is InputRole.KEY or (inputs and one.key_for not in inputs):
                errors[f"inputs.{index}.for"] = "no button of this device"
    return errors


def _field(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place)[:64] or "settings"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
