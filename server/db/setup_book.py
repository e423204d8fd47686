"""What the setup screens know of a shop: everything that its managers set up, as frozen facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that is switched off, never deleted. `mark` changes with every change of the row."""

    id: int
    active: bool
    mark: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Zone(Kept):
    parent_id: int | None
    name: str
    pager_name: str
    position: int


@dataclass(frozen=True, slots=True)
class Button(Kept):
    device: str
    input: int
    zone_id: int
    colour: str
    label: str
    skill: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Person(Kept):
    name: str
    initials: str
    role: str
    languages: tuple[str, ...]
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pager(Kept):
    label: str
    carrier_id: int | None
    transmitter_id: int
    address: str
    format: str
    charset: str
    longest: int
    alert: int
    language: str
    fallback: bool
    members: tuple[int, ...]
    visible: int


@dataclass(frozen=True, slots=True)
class Cause(Kept):
    parent_id: int | None
    code: str | None
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Channel(Kept):
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Account:
    """A sign-in. `store_id` None: of every store, so that a manager of one store may not touch it."""

    id: int
    login: str
    name: str
    role: str
    store_id: str | None
    carrier_id: int | None
    active: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A transmitter."""

    id: int
    gateway: str
    name: str
    driver: str = "tap"
    formats: tuple[str, ...] = ()
    """What its gateway says of it; empty or 0: nothing yet."""
    charsets: tuple[str, ...] = ()
    longest: int = 0
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """A button unit."""

    device: str
    name: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """An input that was pressed although nobody set it up."""

    device: str
    input: int
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Hours:
    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpecialDay:
    id: int
    day: date
    opens: time | None
    closes: time | None


@dataclass(frozen=True, slots=True)
class Book:
    store_id: str
    zones: tuple[Zone, ...]
    buttons: tuple[Button, ...]
    people: tuple[Person, ...]
    pagers: tuple[Pager, ...]
    causes: tuple[Cause, ...]
    channels: tuple[Channel, ...]
    accounts: tuple[Account, ...]
    lines: tuple[Line, ...]
    units: tuple[Unit, ...]
    pressed: tuple[Pressed, ...]
    hours: tuple[Hours, ...]
    special_days: tuple[SpecialDay, ...]
    policies: tuple[str, ...]
    """Names of those that are in use."""
    named: frozenset[tuple[str, int, str]]
    """(`person`, `pager` or `zone`, id, name of the policy): a policy in use that names it."""
    working: frozenset[tuple[str, int]]
    """(`person` or `zone`, id): the weekly shifts name it."""

    def policy_of(self, what: str, row_id: int) -> str | None:
        """A policy that names this person, pager or zone."""
        return min(
            (policy for kind, number, policy in self.named if (kind, number) == (what, row_id)), default=None
        )
