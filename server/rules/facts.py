"""What the rules know: frozen facts, made from rows by `db/` and never holding one.

All moments are aware UTC datetimes. `Store` is read once and again when somebody changes the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from broker_config.messages import PageState, Purpose
from server.rules.incidents import State


@dataclass(frozen=True, slots=True)
class Span:
    """One weekly stretch of local time. `ends` at or before `starts` means past midnight."""

    weekday: int
    """0 is Monday: the day on which it starts."""
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with opening hours of its own; both None: closed all day."""

    day: date
    opens: time | None
    closes: time | None


@dataclass(frozen=True, slots=True)
class Step:
    position: int
    after_s: int
    target: str
    """`zone`, `role`, `carrier`, `group` (one pager that many carry) or `everybody`."""
    role: str | None = None
    carrier_id: int | None = None
    pager_id: int | None = None
    """The pager of a group."""
    most: int | None = None
    """Call at most so many people, the best first; None: all of them."""
    alert: int | None = None
    """Beep or vibration pattern 1..4; None: the pager's own."""


Way = tuple[str, str]
"""(gateway, transmitter): one of the ways to a pager."""
Worn = tuple[int, int | None]
"""(pager, who wears it)."""


class PolicyUse(StrEnum):
    CALL = "call"
    CLOSED = "closed"
    """Outside the opening hours; without such a policy a press is then recorded and calls nobody."""
    QUIET = "quiet"
    """A quiet call for security."""


@dataclass(frozen=True, slots=True)
class Policy:
    id: int | None
    ttl_s: int
    exit_s: int
    attend_s: int
    repeat_s: int
    repeats: int
    steps: tuple[Step, ...]
    name: str = ""
    zone_id: int | None = None
    """None: for every zone that has none of its own, nor a zone above it."""
    use: PolicyUse = PolicyUse.CALL
    hours: tuple[Span, ...] = ()
    """When it holds; empty: whenever no other one with hours does."""
    priority: int = 2
    """Of an incident that opens under it; 1 is the most urgent."""
    tell_others: bool = True
    """Whether those who were called too are told that somebody goes."""
    patience_s: int = 10
    """How long a page may wait at one gateway before another one takes it over."""


@dataclass(frozen=True, slots=True)
class Zone:
    id: int
    parent_id: int | None
    name: str
    pager_name: str


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
    skill: str | None = None
    """Who has it is called before others of the same step."""
    language: str | None = None
    """Who speaks it is called before others of the same step."""
    number: int = field(default=0, kw_only=True)
    """What numeric pagers call it by; 0: nobody has set it up."""
    codes: Mapping[str, str] = field(default_factory=dict, hash=False, kw_only=True)
    """`watch_codes.CodeReason` -> what is sent to watches for it."""


@dataclass(frozen=True, slots=True)
class Carrier:
    id: int
    initials: str
    role: str
    name: str = ""
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly working time of one person, or of whoever's turn it is in a rotation."""

    carrier_id: int | None
    zone_id: int | None
    weekday: int
    starts: time
    ends: time
    rotation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns of `days` days each; the first turn begins on `starts_on`, local."""

    id: int
    name: str
    starts_on: date
    days: int
    carriers: tuple[int, ...]


class DutyKind(StrEnum):
    """What a dated exception says; of two that hold at once the one that stands first here wins."""

    BREAK = "break"
    AWAY = "away"
    HERE = "here"
    """"I am here", from one's own screen."""
    WORK = "work"
    """An extra shift, put in by the roster."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A dated exception to the weekly shifts, in [starts_at, ends_at)."""

    carrier_id: int
    kind: DutyKind
    zone_id: int | None
    starts_at: datetime
    ends_at: datetime
    id: int | None = None


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
    fallback: bool = False
    """Rings when nobody at all can be called."""
    standby: Way | None = None
    """Another transmitter that calls the same pager."""
    members: tuple[int, ...] = ()
    """Its capcode rings these pagers together; empty: it is one pager."""

    @property
    def ways(self) -> tuple[Way, ...]:
        """In order of preference."""
        first = (self.gateway, self.transmitter)
        return (first,) if self.standby is None else (first, self.standby)


@dataclass(frozen=True, slots=True)
class LastResort:
    """A slow channel, tried after all steps."""

    id: int
    kind: str
    """`mail` or `webhook`."""
    target: str


@dataclass(frozen=True, slots=True)
class Store:
    id: str
    zone: ZoneInfo
    buttons: Mapping[tuple[str, int], Button]
    carriers: Mapping[int, Carrier]
    shifts: tuple[Shift, ...]
    pagers: tuple[Pager, ...]
    devices: Mapping[str, str]
    """Device id -> kind."""
    accounts: Mapping[int, int | None]
    """Account id -> carrier id, of those who may act in this store."""
    name: str = ""
    language: str = "en"
    revision: int = 0
    """Counts up with every change of the shop."""
    zones: Mapping[int, Zone] = field(default_factory=dict)
    policies: Mapping[int, Policy] = field(default_factory=dict)
    rotations: Mapping[int, Rotation] = field(default_factory=dict)
    duties: tuple[Duty, ...] = ()
    opening: tuple[Span, ...] = ()
    """Empty: always open."""
    special_days: tuple[SpecialDay, ...] = ()
    last_resorts: tuple[LastResort, ...] = ()
    causes: frozenset[int] = frozenset()
    """Ids of the causes that may be chosen at close."""
    keeper: str | None = None
    """The gateway that stands in while the server is silent."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Codes for watches of a button that nobody has set up."""

    def button(self, device: str, number: int) -> Button:
        """The button at this input; one that nobody has set up belongs to no zone."""
        known = self.buttons.get((device, number))
        if known is not None:
            return known
        return Button(None, device, number, None, f"{device}/{number}", "", "red", codes=self.elsewhere)


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
    quiet: bool = False
    """A quiet call: for security alone, on no public screen, no light."""
    damped: bool = False
    """Its button was pressed in fun too often: fewer people are called, and it is said."""
    passed_ids: tuple[int, ...] = ()
    """Carriers who passed it on: not called for it again while there is anybody else."""
    last_resort_at: datetime | None = None
    stood_in_at: datetime | None = None
    """When the keeper gateway called for it, while the server was silent."""
    confirmed_at: datetime | None = None
    """The customer's own green press after the contact."""
    cause_id: int | None = None
    apology: bool | None = None
    remedy: str | None = None
    cost_cents: int | None = None


class Attempt(NamedTuple):
    """One gateway's try at a page that another one has now, in words that a JSON column keeps."""

    number: int
    gateway: str
    transmitter: str
    state: str
    proof: str
    seq: int
    held: bool
    """Whether this gateway ever had it in hand."""
    error: str | None = None
    body: str | None = None
    """What it showed; None: what the page shows."""

    @property
    def is_final(self) -> bool:
        return PageState(self.state).is_final


@dataclass(frozen=True, slots=True)
class Page:
    """One row of the table `page`, field by field. Gateway, attempt, state and what belongs to them are those of the
    attempt that counts: the one that reached something, else the newest."""

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
    ways: tuple[Way, ...] = ()
    """All ways to its pager, the preferred one first; empty: there is only one."""
    attempt_at: datetime | None = None
    """When this attempt began; None: when the page did."""
    others: tuple[Attempt, ...] = ()
    """Attempts of other gateways."""
    moves: int = 0
    """How many there are of them."""
    members: tuple[Worn, ...] = ()
    """Whom a group's page rings."""
    heads: int = 0
    """How many those are."""

    @property
    def open_elsewhere(self) -> tuple[Attempt, ...]:
        """What was asked back and is not answered for."""
        return tuple(one for one in self.others if not one.is_final)

    @property
    def settled(self) -> bool:
        """Nothing more is asked of any gateway."""
        return self.state.is_final and (not self.others or not self.open_elsewhere)

    @property
    def rings(self) -> tuple[Worn, ...]:
        """The pagers that it rings, and who wears them."""
        return self.members or ((self.pager_id, self.carrier_id),)


@dataclass(frozen=True, slots=True)
class Notice:
    """One row of the table `notice`, field by field: a letter by a slow channel."""

    id: UUID
    store_id: str
    incident_id: UUID
    kind: str
    target: str
    state: str
    """`queued`, `sent` or `failed`."""
    created_at: datetime
    tries: int = 0
    final_at: datetime | None = None
    error: str | None = None
