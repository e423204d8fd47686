"""What people ask of the engine: the routes build these, and so do the people of the simulated world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from broker_config.messages import CommandName
from server.rules.audit import Actor
from server.rules.facts import DutyKind
from server.rules.incidents import Outcome, State
from server.rules.remedies import Remedy
from server.rules.watch_codes import CodeReason

BY: Any = field(default=None, compare=False)
"""For the audit log: who it was and from where. None: the account alone is known."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    incident: UUID
    account: int
    tablet: str | None = None
    """The name of the shared tablet on which it was done; None: on a screen of their own."""


@dataclass(frozen=True, slots=True)
class PassOn:
    """Not me: somebody else must go. `to` is a carrier; None: whoever the policy calls next."""

    incident: UUID
    account: int
    to: int | None = None
    tablet: str | None = None


@dataclass(frozen=True, slots=True)
class NeedHelp:
    """I am dealing with it, and I need one more."""

    incident: UUID
    account: int


@dataclass(frozen=True, slots=True)
class Arrive:
    incident: UUID
    account: int
    tablet: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended, as far as somebody said so."""

    outcome: Outcome
    cause: int | None = None
    """A cause of this store."""
    apology: bool | None = None
    remedy: Remedy | None = None
    cost_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Close:
    incident: UUID
    account: int
    ending: Ending
    tablet: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody opened a quiet call: that is written down before it is shown."""

    incident: UUID
    account: int
    by: Actor | None = BY


@dataclass(frozen=True, slots=True)
class SetDuty:
    """Where a person is from now (or `starts_at`) until `until`; `kind` None: a break or an absence is over."""

    store: str
    account: int
    """Who says so."""
    carrier: int
    kind: DutyKind | None
    until: datetime | None = None
    """Needed with a kind."""
    starts_at: datetime | None = None
    zone: int | None = None
    by: Actor | None = BY


@dataclass(frozen=True, slots=True)
class ShopChanged:
    """Somebody changed rows of the shop: read them anew. `what` goes into the journal ("policy", "zone" ...)."""

    store: str
    account: int | None
    what: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RunCanaries:
    """Prove the whole path now; `device` None: every button unit and transmitter."""

    store: str
    account: int | None
    device: str | None = None
    by: Actor | None = BY


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Other settings for a device. A value that is missing or None leaves its own file in force."""

    store: str
    account: int
    device: str
    of_rev: int
    """The revision that was changed: what somebody else changed meanwhile is never overwritten."""
    values: Mapping[str, Any]
    """`broker_config.messages.Settings` without `rev`."""
    by: Actor | None = BY


@dataclass(frozen=True, slots=True)
class CommandDevice:
    store: str
    account: int
    device: str
    name: CommandName
    args: Mapping[str, Any] = field(default_factory=dict)
    by: Actor | None = BY


@dataclass(frozen=True, slots=True)
class SendCode:
    """Put the code of a place and reason on the air, so that a watch in learning mode takes it."""

    store: str
    account: int
    pager: int
    """A group of watches: its transmitter sends."""
    device: str
    """Of the button; empty, with input 0: of buttons that nobody has set up."""
    input: int
    reason: CodeReason
    by: Actor | None = BY


AboutIncident: TypeAlias = Acknowledge | PassOn | NeedHelp | Arrive | Close | Looked
AboutStore: TypeAlias = SetDuty | ShopChanged | RunCanaries | ChangeSettings | CommandDevice | SendCode
Request: TypeAlias = AboutIncident | AboutStore


class RefusalReason(StrEnum):
    UNKNOWN = "unknown"
    """No such incident, or it is closed for good; no such store or person."""
    TOO_LATE = "too_late"
    """Somebody else was faster."""
    WRONG_STATE = "wrong_state"
    NOT_YOURS = "not_yours"
    """Somebody else is dealing with it, or this account may not do that."""
    NOBODY = "nobody"
    """There is nobody whom it could be passed to."""
    AWAY = "away"
    """The device is not there, or the server cannot reach it."""
    BAD_VALUE = "bad_value"
    """A value that this store does not know, or times the wrong way round."""


@dataclass(frozen=True, slots=True)
class Done:
    incident: UUID
    state: State


@dataclass(frozen=True, slots=True)
class StoreDone:
    store: str
    revision: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing changed. `state` and `by` (account id) tell what is so instead."""

    incident: UUID | None
    reason: RefusalReason
    state: State | None = None
    by: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    """Of a bad value: field -> what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SettingsSent:
    """The device hears of them now, or when it is there again."""

    store: str
    device: str
    rev: int


@dataclass(frozen=True, slots=True)
class CommandSent:
    """Its answer, or that there was none, is in its row within 30 s."""

    store: str
    device: str
    id: UUID


Answer: TypeAlias = Done | StoreDone | SettingsSent | CommandSent | Refusal


class Desk(Protocol):
    """Where a request is handed in. Blocks until the change is committed; raises DeskClosed when stopping."""

    def ask(self, request: Request) -> Answer: ...


class DeskClosed(Exception):
    """The engine did not answer in time, or the server is stopping. The caller may try again."""
