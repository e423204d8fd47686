"""The bad hours of a month: a cable out, a dead unit, a shift lead whose pager lies in a drawer, a restart at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from simulator.business import draw, season
from simulator.business import figures as f


class Mishap(StrEnum):
    CABLE = "cable"
    UNIT = "unit"
    LEAD_MISSING = "lead_missing"
    SERVER = "server"


MINUTES = {Mishap.CABLE: 40.0, Mishap.UNIT: 60.0, Mishap.LEAD_MISSING: 150.0, Mishap.SERVER: 0.6}
HOURS = {
    Mishap.CABLE: (16.5, 18.3),
    Mishap.UNIT: (9.5, 17.0),
    Mishap.LEAD_MISSING: (18.1, 18.9),
    Mishap.SERVER: (3.0, 4.5),
}
"""When it may begin: where it is felt; a restart of the server is done at night."""


@dataclass(frozen=True, slots=True)
class Trouble:
    at: datetime
    mishap: Mishap
    minutes: float
    number: int
    """Which transmitter, unit or lead, counted round."""


def of_day(seed: object, since: date, on: date, zone: tzinfo) -> list[Trouble]:
    """One of each kind in every four weeks of the shop's history, no two of them on one day."""
    block, offset = divmod((on - since).days, f.TROUBLE_EVERY_DAYS)
    rng = draw.stream(seed, "mishaps", since, block)
    days = rng.sample(range(f.NOT_BEFORE_DAY, f.TROUBLE_EVERY_DAYS - f.NOT_BEFORE_DAY), len(Mishap))
    found = []
    for chosen, mishap in zip(days, Mishap, strict=True):
        hour, number = rng.uniform(*HOURS[mishap]), rng.randrange(1_000)
        if chosen == offset:
            found.append(Trouble(season.moment(on, hour, zone), mishap, MINUTES[mishap], number))
    return found


def ends(trouble: Trouble) -> datetime:
    return trouble.at + timedelta(minutes=trouble.minutes)
