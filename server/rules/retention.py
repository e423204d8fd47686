"""How long each kind of data is kept, and when in the night what is older goes. Pure.

Some kinds have a fixed short time and go by themselves: readings of devices after 25 hours, commands and silent
trials after 30 days, faults after 90, sign-ins at their end. They are not in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    STAFF = "staff"
    """Who of the staff did what: who was called and who went, breaks and absences, the texts on pagers. The figures of
    those calls stay."""
    LETTERS = "letters"
    """To whom mails and webhooks of a call went."""
    REFUSED = "refused"
    """First copies of refused messages. Their counts stay."""
    AUDIT = "audit"
    """The log of changes."""
    CALLS = "calls"
    """Presses, calls, pages and covered minutes: the figures themselves."""


@dataclass(frozen=True, slots=True)
class Bounds:
    least: int
    usual: int
    most: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """[after, before) of what is to go. What is older than `after` went already; None: look from the beginning."""

    store: str
    after: datetime | None
    before: datetime


TEN_YEARS = 3_653
BOUNDS: Mapping[Kind, Bounds] = {
    Kind.STAFF: Bounds(30, 730, TEN_YEARS),
    Kind.LETTERS: Bounds(7, 365, TEN_YEARS),
    Kind.REFUSED: Bounds(1, 90, 730),
    Kind.AUDIT: Bounds(365, 1_096, TEN_YEARS),
    Kind.CALLS: Bounds(366, TEN_YEARS, TEN_YEARS),
}
Hours: TypeAlias = tuple[time, time]
NIGHT: Hours = time(2, 0), time(5, 0)
"""Local: few presses come, and the day's figures are done."""


def days_of(chosen: Mapping[str, int | None]) -> dict[Kind, int]:
    """What holds: what was chosen, within bounds; otherwise what is usual. Nothing about a call outlives the call."""
    days = {}
    for kind, bounds in BOUNDS.items():
        wanted = chosen.get(kind.value)
        days[kind] = bounds.usual if wanted is None else max(bounds.least, min(bounds.most, wanted))
    for kind in (Kind.STAFF, Kind.LETTERS):
        days[kind] = min(days[kind], days[Kind.CALLS])
    return days


def is_night(now: datetime, zone: ZoneInfo, night: Hours = NIGHT) -> bool:
    return night[0] <= now.astimezone(zone).time() < night[1]


def next_night(now: datetime, zone: ZoneInfo, night: Hours = NIGHT) -> datetime:
    """Its first moment; also right on a night in which the clocks change."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < night[0] else local.date() + timedelta(days=1)
    found = datetime.combine(day, night[0], zone).astimezone(now.tzinfo)
    return found if found > now else found + timedelta(days=1)
