"""The plan of a day in words and bars: who works when, the hours of the store, days on which the clock is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.rules.day_plan import Stretch, day_bounds
from server.rules.facts import Store
from server.rules.opening import stretches
from server.rules.roster import Why
from server.web.frame import names
from server.web.frame.words import Words
from server.web.roster.view import role, zones_words

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Day:
    iso: str
    weekday: str
    number: str
    chosen: bool
    today: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """In minutes from the beginning of the day."""

    start: int
    length: int
    mood: str


@dataclass(frozen=True, slots=True)
class Part:
    mood: str
    time: str
    why: str
    zones: str


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    name: str
    role: str
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    title: str
    iso: str
    today: str
    """ISO day of today."""
    days: tuple[Day, ...]
    before: str
    """ISO day a week earlier."""
    after: str
    minutes: int
    """Of the whole day: 1380 and 1500 when the clock is changed."""
    hours: tuple[str, ...]
    """What the clock shows at each hour."""
    opening: str
    change: str
    """A sentence about the change of the clock; empty on other days."""
    rows: tuple[Row, ...]
    nobody: bool
    """Nobody at all works on this day."""


def plan_view(store: Store, plan: Mapping[int, Sequence[Stretch]], day: date, today: date, t: Words) -> Plan:
    first, last = day_bounds(store, day)
    monday = day - timedelta(days=day.weekday())
    hours = (last - first) // HOUR
    order = sorted(plan, key=lambda who: (plan[who][0].starts, store.carriers[who].name.casefold()))
    return Plan(
        title=f"{t.weekday(day).capitalize()}, {t.day(day)}",
        iso=day.isoformat(),
        today=today.isoformat(),
        days=tuple(_day(monday + timedelta(days=number), day, today, t) for number in range(7)),
        before=(day - timedelta(days=7)).isoformat(),
        after=(day + timedelta(days=7)).isoformat(),
        minutes=(last - first) // MINUTE,
        hours=tuple(str(t.local(first + number * HOUR).hour) for number in range(hours)),
        opening=_opening(store, day, t),
        change=_change(hours, t),
        rows=tuple(_row(store, who, plan[who], first, last, t) for who in order),
        nobody=not any(part.present for whole in plan.values() for part in whole),
    )


def _day(one: date, chosen: date, today: date, t: Words) -> Day:
    return Day(one.isoformat(), t.weekday_short(one), str(one.day), one == chosen, one == today)


def _opening(store: Store, day: date, t: Words) -> str:
    if not store.opening and not any(one.day == day for one in store.special_days):
        return t.gettext("Always open")
    hours = [f"{t.clock(first)}\u2013{t.clock(last)}" for first, last in stretches(store, day)]
    return t.gettext("Open %(hours)s", hours=", ".join(hours)) if hours else t.gettext("Closed all day")


def _change(hours: int, t: Words) -> str:
    if hours < 24:
        return t.gettext("The clock goes forward: this day has %(hours)s hours.", hours=t.number(hours))
    if hours > 24:
        return t.gettext("The clock goes back: this day has %(hours)s hours.", hours=t.number(hours))
    return ""


def _row(store: Store, who: int, whole: Sequence[Stretch], first: datetime, last: datetime, t: Words) -> Row:
    carrier = store.carriers[who]
    return Row(
        key=f"d{who}",
        name=carrier.name or carrier.initials,
        role=role(carrier.role, t),
        bars=tuple(
            Bar((one.starts - first) // MINUTE, max(1, (one.ends - one.starts) // MINUTE), _mood(one))
            for one in whole
        ),
        parts=tuple(
            Part(
                mood=_mood(one),
                time=f"{t.clock(one.starts)}\u2013{t.clock(one.ends) if one.ends < last else '24:00'}",
                why=names.why(one.why.value, t),
                zones=zones_words(one.zones, store, t) if one.present else "",
            )
            for one in whole
        ),
    )


def _mood(one: Stretch) -> str:
    if one.present:
        return "good"
    return "warn" if one.why is Why.BREAK else "plain"
