"""A large shop as facts, for measuring: 200 people, 60 zones in a tree, 1 400 shifts, a hundred dated exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.rules.facts import (
    Button,
    Carrier,
    Duty,
    DutyKind,
    Pager,
    Policy,
    PolicyUse,
    Rotation,
    Shift,
    Span,
    Step,
    Store,
    Zone,
)

PEOPLE = 200
ZONES = 60
BUSY = datetime(2026, 11, 21, 12, 7, tzinfo=UTC)
"""A Saturday, 14:07 in Tallinn: the two shifts of the day overlap."""
ROLES = ("staff",) * 7 + ("shift_lead", "manager", "security")
LANGUAGES = (("et",), ("et", "ru"), ("ru", "en"), ("et", "en"))


def big_store(now: datetime = BUSY) -> Store:
    """Everybody works seven days a week, early, late or through the night, half of the turns by rotations; every
    second person is on a break, away or here out of turn around `now`."""
    people = range(1, PEOPLE + 1)
    zones = {
        number: Zone(number, (number - 1) // 6 + 1 if number > 6 else None, f"Zone {number}", f"Z{number}")
        for number in range(1, ZONES + 1)
    }
    return Store(
        id="big",
        zone=ZoneInfo("Europe/Tallinn"),
        buttons={
            ("hall", number): Button(number, "hall", number, number, f"Z{number}", "", "red", "fish", "ru")
            for number in range(1, 17)
        },
        carriers={
            number: Carrier(
                number,
                f"P{number}",
                ROLES[number % 10],
                f"Person {number}",
                LANGUAGES[number % 4],
                ("fish",) if number % 9 == 0 else (),
            )
            for number in people
        },
        shifts=tuple(_shift(number, weekday) for number in people for weekday in range(7)),
        pagers=tuple(
            Pager(number, f"Pager {number}", number, "g1", "t1", f"{number:07}", "text", "ascii", 40, 1, "en")
            for number in people
        ),
        devices={"hall": "b", "g1": "g", "srv": "s"},
        accounts={number: number for number in people},
        name="Big store",
        zones=zones,
        policies=_policies(),
        rotations={
            number: Rotation(number, f"Turn {number}", date(2026, 1, 5), 7, tuple(range(number, 201, 10)))
            for number in range(1, 11)
        },
        duties=tuple(_duty(number, now) for number in people if number % 2),
    )


def _shift(number: int, weekday: int) -> Shift:
    starts, ends = ((time(6), time(15)), (time(13, 30), time(22)), (time(21, 45), time(6, 15)))[number % 3]
    zone = number % ZONES + 1 if number % 5 else None
    if number % 20 == 0:
        return Shift(None, zone, weekday, starts, ends, rotation_id=number // 20)
    return Shift(number, zone, weekday, starts, ends)


def _duty(number: int, now: datetime) -> Duty:
    kind = (DutyKind.BREAK, DutyKind.HERE, DutyKind.AWAY, DutyKind.WORK)[number // 2 % 4]
    return Duty(number, kind, None, now - timedelta(minutes=5), now + timedelta(minutes=10 + number))


def _policies() -> dict[int, Policy]:
    evening = tuple(Span(weekday, time(17), time(21)) for weekday in range(7))
    steps = (
        Step(1, 0, "zone", most=3),
        Step(2, 20, "role", "shift_lead"),
        Step(3, 20, "everybody"),
    )
    named = [(1, None, ())] + [(number + 1, number, evening if number % 2 else ()) for number in range(1, 60)]
    return {
        number: Policy(number, 120, 90, 120, 30, 5, steps, f"Policy {number}", zone, PolicyUse.CALL, hours)
        for number, zone, hours in named
    }
