"""What an account is drawn up from: tallies of everything, and one by one whatever could be wrong.

A reader may leave out rows of `presses`, `incidents`, `pages` and the like that `draw_up` would find nothing wrong
with; the tallies count all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from server.rules.account.numbers import Hole, RefusedPresses, Unit


@dataclass(frozen=True, slots=True)
class PressTally:
    """How many rows are alike."""

    device: str
    kind: str
    purpose: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class PageTally:
    purpose: str
    reason: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class IncidentTally:
    purpose: str
    state: str
    outcome: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Press:
    id: UUID
    device: str
    seq: int
    at: datetime
    kind: str
    purpose: str
    state: str
    calls: bool
    """Its button calls somebody: it is not only counted."""
    incident: UUID | None = None
    incident_here: bool = True
    closed_hours: bool = False
    """The journal says that the shop was closed."""
    stood_in: bool = False
    """A stand-in told of it."""
    pages: int = 0
    """Sent by the server for this press."""
    taken_back: bool = False
    """Another press takes it back."""
    ref: UUID | None = None
    ref_state: str | None = None
    """Of an undo: the press that it takes back; no state: that is not here."""


@dataclass(frozen=True, slots=True)
class Incident:
    number: int
    device: str
    opened_at: datetime
    triggered_at: datetime
    purpose: str
    state: str
    outcome: str | None
    step: int
    presses: int
    due_at: datetime | None
    closed_at: datetime | None
    acknowledged_at: datetime | None
    attended_at: datetime | None
    nobody_at: datetime | None
    called_at: datetime | None
    stood_in: bool
    press_here: bool
    press_told: bool
    """A stand-in told of the press that opened it."""
    joined: int | None
    """Presses that name it. None: they cannot be counted so, since some were taken back or told by a stand-in."""
    undone: bool
    """All presses that name it were taken back."""
    pages: int
    waiting: int
    """Pages without a final state."""
    rang: int
    """Pages that call somebody, and of which a transmitter proved something."""


@dataclass(frozen=True, slots=True)
class Page:
    id: UUID
    call: int
    """The number of its incident."""
    gateway: str
    transmitter: str
    reason: str
    state: str
    created_at: datetime
    deadline_at: datetime
    ordered_at: datetime | None
    final_at: datetime | None
    tx_ms: int | None = None
    owed: bool = False
    """Nobody knows whether it rang, its call was nobody's then, and it was not sent again."""


@dataclass(frozen=True, slots=True)
class Double:
    """One pager rang more than once in one step of a call, unmarked."""

    call: int
    gateway: str
    transmitter: str
    step: int
    times: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """Of a stand-in."""

    id: UUID
    gateway: str
    at: datetime
    incident: bool
    press_here: bool


@dataclass(frozen=True, slots=True)
class Letter:
    call: int
    kind: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UnitTrouble:
    """A fault that means that presses went: `counter_back` or `presses_lost`."""

    device: str
    kind: str
    since: datetime
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known from outside, by somebody who saw hands and heard pagers; not in a real shop."""

    pushes: Mapping[str, int] | None = None
    """Device -> pushes of hands that must each have become one press. Canaries are none."""
    perhaps: Mapping[str, int] = field(default_factory=dict)
    """Device -> pushes besides, that a kill may have swallowed."""
    rang: Mapping[str, int] | None = None
    """Address -> how often its pager rang, canaries apart."""


@dataclass(frozen=True, slots=True)
class Facts:
    """[first, last) of when things began, as they were at `now`."""

    now: datetime
    first: datetime | None = None
    """None: since ever."""
    last: datetime | None = None
    """None: up to now."""
    units: tuple[Unit, ...] = ()
    refused: tuple[RefusedPresses, ...] = ()
    troubles: tuple[UnitTrouble, ...] = ()
    press_tallies: tuple[PressTally, ...] = ()
    presses: tuple[Press, ...] = ()
    incident_tallies: tuple[IncidentTally, ...] = ()
    incident_holes: tuple[Hole, ...] = ()
    incidents: tuple[Incident, ...] = ()
    page_tallies: tuple[PageTally, ...] = ()
    pages: tuple[Page, ...] = ()
    doubles: tuple[Double, ...] = ()
    twice: int = 0
    """How often a page rang once more because another gateway had taken it over: what the contract allows."""
    reports: tuple[Report, ...] = ()
    letters: tuple[Letter, ...] = ()
    addressed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Address -> pages that a transmitter took for sure, and pages of which nobody knows. Read where `Truth` asks."""
