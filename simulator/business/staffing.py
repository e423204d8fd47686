"""A day of the staff: breaks in turns, people who do not come, how quick they are when nobody looks on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum

from simulator.business import draw, season
from simulator.business import figures as f
from simulator.habits import Die, Habits, drawn_habits
from simulator.people import Tempo

TEMPO = Tempo(react_s=(5.0, 38.0), hesitate_s=(5.0, 25.0), walk_s=(12.0, 70.0), help_s=(15.0, 60.0))
"""A pager under a sleeve, full hands, a shop of two thousand square metres."""


def habits(die: Die) -> Habits:
    """Hands are full more often than where nobody has anything to do but to be looked at."""
    return replace(drawn_habits(die), overhears=f.OVERHEARS)


class Look(StrEnum):
    """What somebody of the staff may do now."""

    BREAK = "break"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Turn:
    """At this moment: who of those on the floor, counted round, and for how long."""

    at: datetime
    look: Look
    number: int
    minutes: float


def day(seed: object, on: date, zone: tzinfo, people: int) -> Sequence[Turn]:
    """`people`: how many there are in all; a turn's number is taken modulo those who are on the floor."""
    rng = draw.stream(seed, "staff", on)
    found = [
        Turn(season.moment(on, hour, zone), Look.BREAK, on.toordinal() + slot, rng.uniform(*f.BREAK_MINUTES))
        for slot, hour in enumerate(f.BREAKS_H)
    ]
    for hour in f.SHIFTS_BEGIN_H:
        drawn, number = rng.random(), rng.randrange(max(1, people))
        if drawn < f.ABSENT * people / len(f.SHIFTS_BEGIN_H):
            found.append(Turn(season.moment(on, hour, zone), Look.ABSENT, number, 60 * f.SHIFT_H))
    return sorted(found, key=lambda one: one.at)
