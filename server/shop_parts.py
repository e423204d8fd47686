"""The parts of a shop file: one model per kind of table, with the limits of the database's columns."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from broker_config.messages.base import Address, DeviceId, InputNumber

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _days(value: object) -> object:
    """`mon-fri, sun` -> (0, 1, 2, 3, 4, 6); a span may go over the week's end."""
    if not isinstance(value, str):
        return value
    found: set[int] = set()
    for part in value.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError('write days as "mon-sun" or "mon,wed,fri"')
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found.update(day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))
    return tuple(sorted(found))


def _clock(value: object) -> object:
    """TOML's own time, or "08:00" in quotes; 24:00 is the end of the day."""
    return time(0) if value in ("24:00", "24:00:00") else value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError('no such time zone; write it like "Europe/Tallinn"')
    return value


def _text(longest: int) -> Any:
    return StringConstraints(
        min_length=1, max_length=longest, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$"
    )


Name = Annotated[str, _text(60)]
Initials = Annotated[str, _text(4)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_one_or_more)]
Language = Literal["en", "ru", "et"]
StaffRole = Literal["staff", "shift_lead", "manager", "security"]
Seconds = Annotated[int, Field(ge=0, le=3_600)]
Clock = Annotated[time, BeforeValidator(_clock)]
DayNumber = Annotated[int, Field(ge=0, le=6)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StorePart(Part):
    id: DeviceId
    name: Annotated[str, _text(80)]
    timezone: Annotated[str, AfterValidator(_timezone)] = "Europe/Tallinn"
    language: Language = "en"
    server: DeviceId = "srv"
    """Device id of the server in this store."""


class ZonePart(Part):
    name: Name
    pager_name: Annotated[str, _text(30)]
    """The place as it goes on the air; the start of every page."""


class ButtonPart(Part):
    device: DeviceId
    input: InputNumber
    zone: Name
    colour: Literal["red", "yellow", "green"] = "red"
    label: Annotated[str, _text(40)]


class DevicePart(Part):
    """A name for a button unit or a gateway, for people."""

    id: DeviceId
    name: Name


class TransmitterPart(Part):
    gateway: DeviceId
    name: DeviceId
    driver: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")] = "tap"
    url: Annotated[str, _text(200)] | None = Field(default=None, validation_alias=AliasChoices("url", "port"))
    """Device path or pyserial URL of the serial line. For the gateway alone: the server does not keep it."""


class CarrierPart(Part):
    name: Name
    initials: Initials
    """How the rest of the file calls this person, and all that pagers and walls show."""
    role: StaffRole = "staff"


class PagerPart(Part):
    label: Annotated[str, _text(40)]
    carrier: Initials | None = None
    """Initials; without: lies in the drawer."""
    transmitter: Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]{1,32}/)?[a-z0-9-]{1,32}$")]
    """Its name, or gateway/name where two gateways use the same one."""
    address: Address
    format: Literal["text", "numeric", "tone", "code"] = "text"
    charset: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")] = "ascii"
    longest: Annotated[int, Field(ge=1, le=240)] = 40
    alert: Annotated[int, Field(ge=1, le=4)] = 1
    language: Language = "en"


class ShiftPart(Part):
    """The same working time on one day or several, local to the store. `to` at or before `from`: past midnight."""

    carrier: Annotated[tuple[Initials, ...], BeforeValidator(_one_or_more)] = Field(min_length=1)
    days: Annotated[tuple[DayNumber, ...], BeforeValidator(_days)] = Field(min_length=1)
    starts: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")
    zone: Names = ()
    """One or several; without: anywhere in the store."""


class StepPart(Part):
    after_s: Seconds = 0
    target: Literal["zone", "role", "carrier", "everybody"]
    role: StaffRole | None = None
    carrier: Initials | None = None

    @model_validator(mode="after")
    def _whom(self) -> StepPart:
        for name in ("role", "carrier"):
            given = getattr(self, name) is not None
            if given != (self.target == name):
                raise ValueError(
                    f'a step with target = "{self.target}" {"cannot have" if given else "needs"} {name}'
                )
        return self


class PolicyPart(Part):
    name: Name
    zone: Name | None = None
    """Without: for every zone that has no policy of its own."""
    ttl_s: Annotated[int, Field(ge=10, le=3_600)] = 120
    exit_s: Annotated[int, Field(ge=10, le=3_600)] = 90
    attend_s: Annotated[int, Field(ge=10, le=3_600)] = 120
    repeat_s: Annotated[int, Field(ge=5, le=3_600)] = 30
    repeats: Annotated[int, Field(ge=0, le=100)] = 5
    steps: Annotated[tuple[StepPart, ...], Field(min_length=1, max_length=20)]
