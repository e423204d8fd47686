"""A record of any length, made up: for tests of the replay without a server, and for measuring it.

python -m tests.unit.server.replay.month 30000"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from server.replay.compare import compare
from server.replay.file import RecordFile, write
from server.replay.lines import CallLine, DeedPart, Head, Line, PagePart, PressLine, PressPart
from server.replay.report import report
from server.shop_file import parse_shop

FIRST_DAY = date(2026, 10, 1)
BEGINS = datetime(2026, 9, 30, 21, tzinfo=UTC)
"""Midnight in Tallinn. The clock goes back in this month."""
DAYS = 31
TALLINN = ZoneInfo("Europe/Tallinn")
OPEN, EARLY_ENDS, LATE_BEGINS = timedelta(hours=13, minutes=50), timedelta(hours=7), timedelta(hours=6)


def shop(people: int = 20, zones: int = 6, **other: Any) -> dict[str, Any]:
    """The table of a shop file: everybody works in one zone in one of two shifts, the last fifth as shift leads
    anywhere. Steps: the zone at once, shift leads after 20 s, everybody after 20 s."""
    initials = [f"P{number}" for number in range(1, people + 1)]
    return {
        "store": {
            "id": "s1",
            "name": "Made up",
            "timezone": "Europe/Tallinn",
            "language": "en",
            "server": "srv",
        },
        "opening": [{"days": "mon-sun", "from": "08:00", "to": "22:00"}],
        "zones": [{"name": f"Zone {number}", "pager_name": f"Z{number}"} for number in range(1, zones + 1)],
        "buttons": [
            {"device": "hall", "input": number, "zone": f"Zone {number}", "label": "Shelf"}
            for number in range(1, zones + 1)
        ],
        "gateways": [{"id": "g1"}],
        "transmitters": [{"gateway": "g1", "name": "t1"}],
        "carriers": [
            {"name": one, "initials": one, "role": "shift_lead" if is_lead(place, people) else "staff"}
            for place, one in enumerate(initials)
        ],
        "pagers": [
            {"label": f"Pager {place}", "carrier": one, "transmitter": "t1", "address": f"{1000 + place}"}
            for place, one in enumerate(initials)
        ],
        "shifts": [
            {
                "carrier": one,
                "days": "mon-sun",
                "from": "08:00" if place % 2 else "14:00",
                "to": "15:00" if place % 2 else "22:00",
                **({} if is_lead(place, people) else {"zone": f"Zone {zone_of(place, zones) + 1}"}),
            }
            for place, one in enumerate(initials)
        ],
        "policies": [policy()],
        **other,
    }


def policy(*steps: dict[str, Any], **other: Any) -> dict[str, Any]:
    usual = (
        {"target": "zone"},
        {"after_s": 20, "target": "role", "role": "shift_lead"},
        {"after_s": 20, "target": "everybody"},
    )
    return {"name": "Whole shop", "steps": list(steps or usual), **other}


def head(table: dict[str, Any] | None = None, **other: Any) -> Head:
    return Head(
        store="s1",
        timezone="Europe/Tallinn",
        first_day=FIRST_DAY,
        last_day=FIRST_DAY + timedelta(days=DAYS - 1),
        begins_at=BEGINS,
        ends_at=BEGINS + timedelta(days=DAYS, hours=1),
        recorded_at=BEGINS + timedelta(days=DAYS + 1),
        shop=table if table is not None else shop(),
        **other,
    )


def call(
    number: int,
    at: datetime,
    *,
    place: int = 1,
    pages: Sequence[tuple[float, str]] = (),
    answer: tuple[float, str] | None = None,
    arrive: float = 40.0,
    close: float = 160.0,
) -> CallLine:
    """One call: `pages` and `answer` as seconds since the press, and initials."""

    def after(seconds: float) -> datetime:
        return at + timedelta(seconds=seconds)

    deeds = []
    if answer is not None:
        seconds, who = answer
        deeds = [
            DeedPart(at=after(seconds), did="acknowledged", staff=True, by=who),
            DeedPart(at=after(seconds + arrive), did="attended", staff=True, by=who),
            DeedPart(at=after(seconds + close), did="closed", staff=True, by=who, outcome="recovered"),
        ]
    return CallLine(
        number=number,
        device="hall",
        input=place,
        opened_at=at,
        exit_at=after(90),
        presses=(PressPart(id=UUID(int=number), pressed_at=at, received_at=at),),
        pages=tuple(
            PagePart(at=after(seconds), pager=f"Pager of {who}", who=who, reason="step", step=1)
            for seconds, who in pages
        ),
        deeds=tuple(deeds),
    )


def lines(calls: int, *, seed: int = 1, people: int = 20, zones: int = 6) -> Iterator[Line]:
    """`calls` calls spread over the month's opening hours, called as the shop's policy says and answered more or less
    soon, and a late press with every fiftieth."""
    random = Random(seed)
    each = OPEN * DAYS / max(calls, 1)
    for number in range(1, calls + 1):
        day, rest = divmod(each * (number - 1), OPEN)
        at = datetime.combine(FIRST_DAY + timedelta(days=day), time(8), TALLINN).astimezone(UTC) + rest
        place = random.randrange(zones)
        here = [
            one
            for one in range(people)
            if (rest < EARLY_ENDS and one % 2) or (rest >= LATE_BEGINS and not one % 2)
        ]
        near = [one for one in here if not is_lead(one, people) and zone_of(one, zones) == place]
        leads = [one for one in here if is_lead(one, people)]
        took, by = random.lognormvariate(2.3, 0.9), random.random()
        pages = [(0.0, one) for one in near]
        answer = (took, random.choice(near)) if took < 20 and by < 0.8 else None
        if answer is None:
            pages += [(20.0, one) for one in leads]
            took = random.lognormvariate(2.3, 0.9)
            answer = (20 + took, random.choice(leads)) if took < 20 and by < 0.98 else None
        if answer is None:
            took = random.lognormvariate(2.3, 0.9)
            answer = (40 + took, random.choice(here)) if took < 30 and by < 0.995 else None
            until = 40.0 if answer is not None else 191.0
            pages += [
                (seconds, one) for seconds in (40.0, *range(70, 191, 30)) if seconds <= until for one in here
            ]
        yield call(
            number,
            at,
            place=place + 1,
            pages=[(seconds, f"P{one + 1}") for seconds, one in pages],
            answer=(answer[0], f"P{answer[1] + 1}") if answer is not None else None,
        )
        if number % 50 == 0:
            press = PressPart(
                id=UUID(int=10**9 + number), pressed_at=at, received_at=at + timedelta(minutes=9)
            )
            yield PressLine(device="hall", input=place + 1, state="late", press=press)


def zone_of(one: int, zones: int) -> int:
    return one // 2 % zones


def is_lead(one: int, people: int) -> bool:
    return one >= people - people // 5


def measure(calls: int = 30_000, *, people: int = 20) -> dict[str, float]:
    """Write a record of a month, check it, replay it with its own shop and one other, and print the report into
    nothing. Seconds of each part; `peak_mib` is of the whole process so far."""
    table = shop(people)
    other = parse_shop({**table, "policies": [policy({"target": "everybody", "most": 2})]})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "record.jsonl"
        started = perf_counter()
        write(path, head(table), lines(calls, people=people))
        written = perf_counter()
        record = RecordFile(path)
        record.check()
        checked = perf_counter()
        found = compare(record.head, record.lines, [("other", other)])
        replayed = perf_counter()
        words = sum(map(len, report(found)))
        done = perf_counter()
    assert words
    return {
        "write_s": written - started,
        "check_s": checked - written,
        "replay_s": (replayed - checked) / 2,
        "command_s": done - written,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    for name, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000).items():
        print(f"{name:10} {value:8.2f}")
