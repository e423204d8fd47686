"""What the rules know: frozen facts, made from rows by `db/` and never holding one.

All moments are aware UTC datetimes. `Store` is read once and again when somebody changes the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from broker_config.messages import PageState, Purpose
from server.rules.incidents import State


@dataclass(frozen=True, slots=True)
class Step:
    position: int
    after_s: int
    target: str
    role: str | None = None
    carrier_id: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    id: int | None
    ttl_s: int
    exit_s: int
    attend_s: int
    repeat_s: int
    repeats: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """`id` and `zone_id` are None for an input that nobody has set up yet."""

    id: int | None
    device: str
    input: int
    zone_id: int | None
    place: str
    """What stands first on the pager."""
    label: str
    colour: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Carrier:
    id: int
    initials: str
    role: str


@dataclass(frozen=True, slots=True)
class Shift:
    carrier_id: int
    zone_id: int | None
    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Pager:
    id: int
    label: str
    carrier_id: int | None
    gateway: str
    transmitter: str
    address: str
    format: str
    charset: str
    longest: int
    alert: int
    language: str


@dataclass(frozen=True, slots=True)
class Store:
    id: str
    zone: ZoneInfo
    buttons: Mapping[tuple[str, int], Button]
    default_policy: Policy
    carriers: Mapping[int, Carrier]
    shifts: tuple[Shift, ...]
    pagers: tuple[Pager, ...]
    devices: Mapping[str, str]
    """Device id -> kind."""
    accounts: Mapping[int, int | None]
    """Account id -> carrier id, of those who may act in this store."""

    def button(self, device: str, number: int) -> Button:
        """The button at this input; one that nobody has set up answers to the store's own policy."""
        known = self.buttons.get((device, number))
        if known is not None:
            return known
        return Button(None, device, number, None, f"{device}/{number}", "", "red", self.default_policy)


@dataclass(frozen=True, slots=True)
class Incident:
    """One row of the table `incident`, field by field."""

    id: UUID
    store_id: str
    number: int
    button_id: int | None
    zone_id: int | None
    policy_id: int | None
    purpose: Purpose
    state: State
    priority: int
    presses: int
    again: bool
    opened_at: datetime
    triggered_at: datetime
    exit_at: datetime
    device: str
    input: int
    press_id: UUID
    """The press that opened it."""
    step: int = 0
    repeats: int = 0
    due_at: datetime | None = None
    sorry_at: datetime | None = None
    nobody_at: datetime | None = None
    called_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by_id: int | None = None
    attended_at: datetime | None = None
    attended_by_id: int | None = None
    attended_how: str | None = None
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One row of the table `page`, field by field."""

    id: UUID
    store_id: str
    incident_id: UUID
    press_id: UUID
    step: int
    reason: str
    pager_id: int
    carrier_id: int | None
    gateway: str
    transmitter: str
    address: str
    format: str
    charset: str
    body: str
    alert: int
    priority: int
    purpose: Purpose
    state: PageState
    created_at: datetime
    deadline_at: datetime
    proof: str = "none"
    attempt: int = 1
    result_seq: int = 0
    ordered_at: datetime | None = None
    held_at: datetime | None = None
    final_at: datetime | None = None
    tx_ms: int | None = None
    error_code: str | None = None
    error_text: str | None = None
