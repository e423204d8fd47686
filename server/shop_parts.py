"""The parts of a shop file that stand still: places, devices, pagers, people, causes, slow channels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, StringConstraints, model_validator

from broker_config.capcodes import code
from broker_config.charsets import NAMES
from broker_config.messages.base import Address, DeviceId, InputNumber
from server.channels_out.targets import check_mail, web_target
from server.rules.causes import BUILT_IN
from server.rules.rights import Role
from server.rules.watch_codes import CodeReason
from server.shop_words import (
    Alert,
    Initials,
    Label,
    Language,
    Name,
    Part,
    Skill,
    Skills,
    Spoken,
    Spokens,
    StaffRole,
    Timezone,
    text,
)


def _code(text: str) -> str:
    """Six capital hexadecimal digits that a watch can be taught."""
    code(text)
    if text != text.upper():
        raise ValueError("a code is written in capital letters")
    return text


Code24 = Annotated[str, AfterValidator(_code)]


class StorePart(Part):
    id: DeviceId
    name: Annotated[str, text(80)]
    timezone: Timezone = "Europe/Tallinn"
    language: Language = "en"
    server: DeviceId = "srv"
    """Device id of the server in this store."""


class ZonePart(Part):
    name: Name
    pager_name: Annotated[str, text(30)]
    """The place as it goes on the air; the start of every page."""
    parent: Name | None = None
    """The zone that this one is a part of."""


class ButtonPart(Part):
    device: DeviceId
    input: InputNumber
    zone: Name
    colour: Literal["red", "yellow", "green"] = "red"
    label: Label
    skill: Skill | None = None
    """Who has it is called before others of the same step."""
    language: Spoken | None = None
    """Who speaks it is called before others of the same step."""


class WatchCodePart(Part):
    """What 433 MHz watches were taught for a button, by reason; without a device: for buttons that nobody set up."""

    device: DeviceId | None = None
    input: InputNumber | None = None
    call: Code24 | None = None
    again: Code24 | None = None
    taken: Code24 | None = None
    quiet: Code24 | None = None
    drill: Code24 | None = None

    @model_validator(mode="after")
    def _whole_place(self) -> WatchCodePart:
        if (self.device is None) != (self.input is None):
            raise ValueError("device and input belong together")
        return self

    @property
    def codes(self) -> dict[str, str]:
        """By reason."""
        found = {reason.value: getattr(self, reason.value) for reason in CodeReason}
        return {reason: code for reason, code in found.items() if code is not None}


class DevicePart(Part):
    """A name for a button unit or a gateway, for people."""

    id: DeviceId
    name: Name | None = None


class GatewayPart(DevicePart):
    keeper: bool = False
    """The one that stands in while the server is silent; if none says so, the first one with a transmitter."""


LineName = Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]{1,32}/)?[a-z0-9-]{1,32}$")]
"""Name of a transmitter, or gateway/name where two gateways use the same one."""


class TransmitterPart(Part):
    gateway: DeviceId
    name: DeviceId
    driver: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")] = "tap"
    url: Annotated[str, text(200)] | None = Field(default=None, validation_alias=AliasChoices("url", "port"))
    """Device path or pyserial URL of the serial line. For the gateway alone: the server does not keep it, nor
    the two below."""
    baudrate: Annotated[int, Field(ge=50, le=4_000_000)] | None = None
    """None: the usual one of its kind of box."""
    settings: dict[str, Any] = {}
    """Of its driver; the gateway checks them."""
    standby: LineName | None = None
    """Another transmitter that calls the same pagers and takes over when this one does not get a page out."""


OF_THE_GATEWAY = ("url", "baudrate", "settings")
"""What a shop file says of a transmitter and the server's database does not keep."""


class CarrierPart(Part):
    name: Name
    initials: Initials
    """How the rest of the file calls this person, and all that pagers and walls show."""
    role: StaffRole = "staff"
    languages: Spokens = ()
    skills: Skills = ()


class AccountPart(Part):
    """Somebody who signs in. Everybody in [[carriers]] does so without standing here, by the role they are called for:
    here stand others, and those who sign in as something else. `redbutton up` makes them at the first start, each with
    a password in a file of its own; what becomes of them after is said on the screens."""

    login: Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]{1,60}$", to_lower=True)]
    role: Role
    name: Name | None = None
    carrier: Initials | None = None
    """Who of [[carriers]] this is, instead of a name."""

    @model_validator(mode="after")
    def _somebody(self) -> AccountPart:
        if (self.name is None) == (self.carrier is None):
            raise ValueError("an account has a name, or the initials of a carrier")
        return self


def _charset(word: str) -> str:
    if word in NAMES:
        return word
    known = ", ".join(NAMES)
    if word == "utf-8":
        raise ValueError(f"no pager shows utf-8: choose what this one's display knows, one of {known}")
    raise ValueError(f"{word!r} is no set of letters of a pager: choose one of {known}")


class PagerPart(Part):
    label: Label
    carrier: Initials | None = None
    """Initials; without: lies in the drawer, or is the pager of a group."""
    transmitter: LineName
    address: Address
    format: Literal["text", "numeric", "tone", "code"] = "text"
    charset: Annotated[str, AfterValidator(_charset)] = "ascii"
    longest: Annotated[int, Field(ge=1, le=240)] = 40
    visible: Annotated[int, Field(ge=1, le=240)] = 16
    """Signs that it shows without scrolling, for the previews on screens."""
    alert: Alert = 1
    language: Language = "en"
    fallback: bool = False
    """Rings when nobody at all can be called."""
    members: tuple[Label, ...] = ()
    """Labels of the pagers that listen to this capcode too: it is one for a group."""


class CausePart(Part):
    """Why a customer was unhappy. With `code` one of the built-in ones, which speak every language of ours."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    code: str | None = None
    parent: Name | None = None
    """Code or name of the cause that this one belongs to."""

    @property
    def key(self) -> str:
        return self.code or self.name

    @model_validator(mode="after")
    def _called_somehow(self) -> CausePart:
        if self.code is not None and self.code not in BUILT_IN:
            raise ValueError(f"code is one of {', '.join(BUILT_IN)}; a cause of your own has a name only")
        if self.code is None and (not self.name or self.name in BUILT_IN):
            raise ValueError("a cause needs a name of its own, or a code")
        return self


class LastResortPart(Part):
    """A slow channel that is tried after all steps."""

    kind: Literal["mail", "webhook"]
    to: Annotated[str, text(200)]

    @model_validator(mode="after")
    def _can_be_reached(self) -> LastResortPart:
        if self.kind == "mail":
            check_mail(self.to)
        else:
            web_target(self.to)
        return self
