"""The table: one row per channel. Topics, ACL, subscriptions and the table for humans all come from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from broker_config.messages import (
    Abilities,
    Certificate,
    CertificateRequest,
    Command,
    CommandAnswer,
    DeviceStatus,
    FallbackPlan,
    FallbackReport,
    Light,
    Message,
    PageCancel,
    PageOrder,
    PageResult,
    Press,
    PressReceipt,
    Probe,
    ReportReceipt,
    Settings,
    SettingsAnswer,
    StandIn,
    Telemetry,
)

SMALL = 2 * 1024
MIDDLE = 4 * 1024
"""Sixteen inputs, each with its figures and its fault; a certificate."""
LARGE = 64 * 1024


class Role(StrEnum):
    """Who may say or hear something. A keeper is a gateway with more rights; the janitor only clears."""

    BUTTON = "button"
    GATEWAY = "gateway"
    KEEPER = "keeper"
    SERVER = "server"
    JANITOR = "janitor"


class Expiry(StrEnum):
    """How the message expiry of a channel is found when it is not a fixed number of seconds."""

    NONE = "none"
    MESSAGE = "message"
    """The message's own `exp_s`."""


BUTTON, GATEWAY, KEEPER, SERVER = Role.BUTTON, Role.GATEWAY, Role.KEEPER, Role.SERVER


@dataclass(frozen=True, slots=True)
class Channel:
    """`kinds`: letters of the device whose id stands in the topic. `writers` and `readers` are roles; where a
    device role both names the topic's owner and is listed, it may use its own topic only, never a sibling's
    (`wide_readers` are the exception: they hear every device of the kind)."""

    name: str
    kinds: str
    tail: str
    writers: frozenset[Role]
    readers: frozenset[Role]
    wide_readers: frozenset[Role]
    retain: bool
    expiry: int | Expiry
    message: type[Message]
    qos: int = 1
    max_bytes: int = SMALL


def _row(
    name: str,
    kinds: str,
    tail: str,
    writers: set[Role],
    readers: set[Role],
    message: type[Message],
    *,
    expiry: int | Expiry = Expiry.NONE,
    wide: set[Role] = frozenset(),  # type: ignore[assignment]
    retain: bool = False,
    qos: int = 1,
    max_bytes: int = SMALL,
) -> Channel:
    return Channel(
        name,
        kinds,
        tail,
        frozenset(writers),
        frozenset(readers),
        frozenset(wide),
        retain,
        expiry,
        message,
        qos,
        max_bytes,
    )


PRESS = _row(
    "press", "b", "press", {BUTTON}, {SERVER, KEEPER}, Press, expiry=Expiry.MESSAGE, wide={SERVER, KEEPER}
)
RECEIPT = _row("receipt", "b", "receipt", {SERVER}, {BUTTON, KEEPER}, PressReceipt, expiry=60, wide={KEEPER})
LIGHT = _row("light", "b", "light", {SERVER}, {BUTTON}, Light, expiry=60)
STAND_IN = _row("stand-in", "b", "stand-in", {KEEPER}, {BUTTON, SERVER}, StandIn, expiry=60, wide={SERVER})
STATUS = _row(
    "status", "bgs", "status", {BUTTON, GATEWAY, SERVER}, {SERVER}, DeviceStatus, retain=True, wide={SERVER}
)
TELEMETRY = _row(
    "telemetry",
    "bg",
    "telemetry",
    {BUTTON, GATEWAY},
    {SERVER},
    Telemetry,
    expiry=120,
    qos=0,
    wide={SERVER},
    max_bytes=MIDDLE,
)
SETTINGS = _row("settings", "bg", "cfg", {SERVER}, {BUTTON, GATEWAY}, Settings, retain=True)
SETTINGS_ANSWER = _row(
    "settings answer",
    "bg",
    "cfg/state",
    {BUTTON, GATEWAY},
    {SERVER},
    SettingsAnswer,
    retain=True,
    wide={SERVER},
)
COMMAND = _row("command", "bg", "cmd", {SERVER}, {BUTTON, GATEWAY}, Command, expiry=30)
COMMAND_ANSWER = _row(
    "command answer", "bg", "cmd/answer", {BUTTON, GATEWAY}, {SERVER}, CommandAnswer, expiry=60, wide={SERVER}
)
ORDER = _row("order", "g", "order", {SERVER}, {GATEWAY}, PageOrder, expiry=Expiry.MESSAGE)
CANCEL = _row("cancel", "g", "cancel", {SERVER}, {GATEWAY}, PageCancel, expiry=60)
RESULT = _row("result", "g", "result", {GATEWAY}, {SERVER}, PageResult, wide={SERVER})
ABILITIES = _row(
    "abilities", "g", "abilities", {GATEWAY}, {SERVER}, Abilities, retain=True, wide={SERVER}, max_bytes=LARGE
)
PLAN = _row("plan", "g", "plan", {SERVER}, {GATEWAY}, FallbackPlan, retain=True, max_bytes=LARGE)
PLAN_REPORT = _row(
    "plan report",
    "g",
    "plan/report",
    {GATEWAY},
    {SERVER},
    FallbackReport,
    expiry=60,
    wide={SERVER},
    max_bytes=LARGE,
)
PLAN_REPORT_RECEIPT = _row(
    "plan report receipt", "g", "plan/report/receipt", {SERVER}, {GATEWAY}, ReportReceipt, expiry=60
)
IDENTITY = _row(
    "identity", "bg", "identity", {SERVER}, {BUTTON, GATEWAY}, Certificate, expiry=60, max_bytes=MIDDLE
)
IDENTITY_REQUEST = _row(
    "identity request",
    "bg",
    "identity/request",
    {BUTTON, GATEWAY},
    {SERVER},
    CertificateRequest,
    expiry=60,
    wide={SERVER},
    max_bytes=MIDDLE,
)
PROBE = _row("probe", "s", "probe", {SERVER}, {SERVER}, Probe, expiry=10)

CHANNELS: tuple[Channel, ...] = (
    PRESS,
    RECEIPT,
    LIGHT,
    STAND_IN,
    STATUS,
    TELEMETRY,
    SETTINGS,
    SETTINGS_ANSWER,
    COMMAND,
    COMMAND_ANSWER,
    ORDER,
    CANCEL,
    RESULT,
    ABILITIES,
    PLAN,
    PLAN_REPORT,
    PLAN_REPORT_RECEIPT,
    IDENTITY,
    IDENTITY_REQUEST,
    PROBE,
)
BY_TAIL: dict[tuple[str, str], Channel] = {
    (kind, channel.tail): channel for channel in CHANNELS for kind in channel.kinds
}
KIND_OF: dict[Role, str] = {BUTTON: "b", GATEWAY: "g", KEEPER: "g", SERVER: "s"}
