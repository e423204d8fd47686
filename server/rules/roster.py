"""Who is on the floor at a moment, and why: shifts, turns of rotations, dated exceptions, breaks, "I am here"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from server.rules.facts import Duty, DutyKind, Rotation, Shift, Store
from server.rules.local_time import days_around, runs


class Why(StrEnum):
    SHIFT = "shift"
    ROTATION = "rotation"
    WORK = "work"
    HERE = "here"
    BREAK = "break"
    AWAY = "away"
    NO_SHIFT = "no_shift"


@dataclass(frozen=True, slots=True)
class Standing:
    """One person at one moment. Absent people are listed too, with the reason."""

    carrier_id: int
    present: bool
    zones: frozenset[int | None]
    """Where the person works; None in it: anywhere in the store."""
    why: Why
    since: datetime | None = None
    until: datetime | None = None
    """When the last of what holds now ends, UTC."""


ABSENT = (DutyKind.BREAK, DutyKind.AWAY)


def roster(store: Store, now: datetime) -> tuple[Standing, ...]:
    """Everybody of the store: who is here first, each group in the order of ids. Depends on nothing else."""
    working, duties = _working(store, now), _duties(store, now)
    standings = [
        _standing(carrier, working.get(carrier, ()), duties.get(carrier, ())) for carrier in store.carriers
    ]
    return tuple(sorted(standings, key=lambda one: (not one.present, one.carrier_id)))


def turn(rotation: Rotation, day: date) -> int | None:
    """Whose turn it is on this local day; before the first one nobody's."""
    passed = (day - rotation.starts_on).days
    if passed < 0 or not rotation.carriers:
        return None
    return rotation.carriers[passed // rotation.days % len(rotation.carriers)]


@dataclass(frozen=True, slots=True)
class _Work:
    """A stretch of work that runs now."""

    zone_id: int | None
    why: Why
    since: datetime
    until: datetime


def _working(store: Store, now: datetime) -> dict[int, list[_Work]]:
    """Carrier -> shifts that run at `now`. Many shifts share their hours: each hours are looked at once."""
    found: dict[int, list[_Work]] = {}
    days = days_around(now, store.zone)
    running: dict[tuple[int, time, time], tuple[datetime, datetime] | None] = {}
    for shift in store.shifts:
        if shift.weekday not in days:
            continue
        hours = (shift.weekday, shift.starts, shift.ends)
        if hours not in running:
            running[hours] = runs(shift, now, store.zone, days)
        span = running[hours]
        if span is None:
            continue
        carrier = _worker(store, shift, days[shift.weekday])
        if carrier is not None:
            why = Why.SHIFT if shift.rotation_id is None else Why.ROTATION
            found.setdefault(carrier, []).append(_Work(shift.zone_id, why, *span))
    return found


def _duties(store: Store, now: datetime) -> dict[int, list[Duty]]:
    """Carrier -> exceptions that hold at `now`."""
    found: dict[int, list[Duty]] = {}
    for duty in store.duties:
        if duty.starts_at <= now < duty.ends_at:
            found.setdefault(duty.carrier_id, []).append(duty)
    return found


def _worker(store: Store, shift: Shift, day: date) -> int | None:
    if shift.rotation_id is None:
        return shift.carrier_id
    rotation = store.rotations.get(shift.rotation_id)
    return None if rotation is None else turn(rotation, day)


def _standing(carrier: int, work: Sequence[_Work], duties: Sequence[Duty]) -> Standing:
    if duties:
        off = _last(duty for duty in duties if duty.kind in ABSENT)
        if off is not None:
            return Standing(carrier, False, frozenset(), Why(off.kind.value), off.starts_at, off.ends_at)
    extra = [_Work(duty.zone_id, Why(duty.kind.value), duty.starts_at, duty.ends_at) for duty in duties]
    every = [*work, *extra]
    if not every:
        return Standing(carrier, False, frozenset(), Why.NO_SHIFT)
    said = min(work or extra, key=_rank)
    until = max(one.until for one in every)
    return Standing(carrier, True, frozenset(one.zone_id for one in every), said.why, said.since, until)


def _rank(one: _Work) -> tuple[bool, datetime, str]:
    """Whose word is said, of several that hold: one's own before that of the roster, then the earliest."""
    return one.why is Why.WORK, one.since, one.why.value


def _last(duties: Iterable[Duty]) -> Duty | None:
    """A break before time off; of several the one that lasts longest."""
    return max(
        duties,
        key=lambda one: (one.kind is DutyKind.BREAK, one.ends_at, one.starts_at),
        default=None,
    )
