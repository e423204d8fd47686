"""The silent walk button -> broker -> server -> gateway -> transmitter: its life, and which one is due when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias, TypeVar
from uuid import UUID

from server.rules.facts import Store
from server.rules.opening import is_open

EVERY = timedelta(minutes=15)
"""How often each input and each transmitter is tried in opening hours."""
BEFORE_OPENING = timedelta(minutes=30)
"""From so long before opening on, so that a manager knows in time."""
AGAIN_AFTER_BAD = timedelta(seconds=60)
"""What failed is tried again soon: a cable that was put back must not look broken for a quarter of an hour."""
LENIENT = timedelta(seconds=60)
"""What is tried along with others is tried by itself only when it is later than this; and what was tried so short
a time ago is not tried again for its slot."""
APART = timedelta(seconds=5)
"""Two walks of a store never begin closer together, by the schedule ..."""
APART_AT_FIRST = timedelta(seconds=1)
"""... but for what was never tried before: a new shop wants to know."""

PRESS_WITHIN = timedelta(seconds=10)
RESULT_WITHIN = timedelta(seconds=20)
"""After the order."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Input: TypeAlias = tuple[str, int]
"""(button unit, input)."""
Sender: TypeAlias = tuple[str, str]
"""(gateway, transmitter)."""
T = TypeVar("T", Input, Sender)


class CanaryState(StrEnum):
    ASKED = "asked"
    """The button unit was told to make a press."""
    ORDERED = "ordered"
    """Its press is here, and the gateway was told to send."""
    GOOD = "good"
    BAD = "bad"


INTERRUPTED = "interrupted"
"""The cause of a walk that was under way when the server stopped: it says nothing about anything."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One row of the table `canary`, field by field."""

    id: UUID
    """Also the command's id, and what the order has for an incident."""
    store_id: str
    device: str
    input: int
    asked_at: datetime
    gateway: str | None = None
    transmitter: str | None = None
    """Both None: there was no transmitter to be tried."""
    press_id: UUID | None = None
    pressed_at: datetime | None = None
    page_id: UUID | None = None
    """Set when it is ordered: from here on the button's half is proven."""
    final_at: datetime | None = None
    state: CanaryState = CanaryState.ASKED
    dialogue: bool = False
    """The transmitter answered its line. A logon proves no radio."""
    radio: bool = False
    """A page went on the air to the canary address."""
    cause: str | None = None
    """A code of `readiness.Cause`, and after a colon what the device itself said."""
    account_id: int | None = None
    """Who asked for it; None: the schedule."""

    @property
    def place(self) -> Input:
        return (self.device, self.input)

    @property
    def sender(self) -> Sender | None:
        if self.gateway is None or self.transmitter is None:
            return None
        return (self.gateway, self.transmitter)

    @property
    def is_final(self) -> bool:
        return self.final_at is not None


@dataclass(frozen=True, slots=True)
class Tried:
    at: datetime
    good: bool


@dataclass(frozen=True, slots=True)
class Walk:
    place: Input
    sender: Sender | None


def gap_before(due: datetime) -> timedelta:
    """How long after the last walk one that was due at this moment may begin."""
    return APART_AT_FIRST if due == LONG_AGO else APART


def runs_now(store: Store, now: datetime) -> bool:
    """Whether the schedule tries at this hour: in opening hours and shortly before."""
    return is_open(store, now) or is_open(store, now + BEFORE_OPENING)


def next_walk(
    inputs: Sequence[Input],
    senders: Sequence[Sender],
    tried_inputs: Mapping[Input, Tried],
    tried_senders: Mapping[Sender, Tried],
    every: timedelta = EVERY,
) -> tuple[datetime, Walk] | None:
    """Which walk is next, and when it is due (it may have been for long). None: there is no input to try.

    The longer list has a moment of its own for each of its members, spread over `every`; the
    shorter one goes along with it, whoever was not tried for longest, and comes by itself only after a failure."""
    if not inputs:
        return None
    many_inputs = len(inputs) >= len(senders)
    place_at, place = _first(_due(inputs, tried_inputs, every, slots=many_inputs))
    if not senders:
        return place_at, Walk(place, None)
    sender_at, sender = _first(_due(senders, tried_senders, every, slots=not many_inputs))
    if place_at <= sender_at:
        return place_at, Walk(place, _companion(senders, tried_senders))
    return sender_at, Walk(_companion(inputs, tried_inputs), sender)


def slot_after(moment: datetime, index: int, count: int, every: timedelta = EVERY) -> datetime:
    """The first moment after this one that belongs to member `index` of `count`."""
    period = every.total_seconds()
    phase = period * index / count
    passed = math.floor((moment.timestamp() - phase) / period) + 1
    return datetime.fromtimestamp(passed * period + phase, UTC)


def _due(
    members: Sequence[T], tried: Mapping[T, Tried], every: timedelta, *, slots: bool
) -> dict[T, datetime]:
    found: dict[T, datetime] = {}
    for index, one in enumerate(members):
        last = tried.get(one)
        if last is None:
            found[one] = LONG_AGO
            continue
        just_now = last.at + LENIENT  # a slot so soon after is the same one, or not needed
        when = slot_after(just_now, index, len(members), every) if slots else just_now + every
        found[one] = when if last.good else min(when, last.at + AGAIN_AFTER_BAD)
    return found


def _first(due: Mapping[T, datetime]) -> tuple[datetime, T]:
    one = min(due, key=lambda key: due[key])  # of several the first in order
    return due[one], one


def _companion(members: Sequence[T], tried: Mapping[T, Tried]) -> T:
    """Who goes along: what worked last time, and of that what was not tried for longest."""

    def rank(one: T) -> tuple[bool, datetime]:
        last = tried.get(one)
        return (False, LONG_AGO) if last is None else (not last.good, last.at)

    return min(members, key=rank)
