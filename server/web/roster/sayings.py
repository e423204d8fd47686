"""What a person says with one touch about being here, and what is asked of the engine then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from server.requests import SetDuty
from server.rules.day_plan import day_bounds
from server.rules.facts import DutyKind, Store
from server.rules.roster import ABSENT, roster

BACK = "back"
LEAVE = "leave"
HERE_ALL_DAY = "here-day"
HERE = {f"here-{hours}": timedelta(hours=hours) for hours in (2, 4, 8)}
BREAKS = {f"break-{minutes}": timedelta(minutes=minutes) for minutes in (10, 15, 30, 45)}
SAYINGS = (BACK, LEAVE, HERE_ALL_DAY, *HERE, *BREAKS)


def duty_of(store: Store, saying: str, carrier: int, account: int, now: datetime) -> SetDuty | None:
    """The engine's request for one of SAYINGS; None for anything else. `carrier` is of this store."""

    def ask(kind: DutyKind | None, until: datetime | None = None, zone: int | None = None) -> SetDuty:
        return SetDuty(store.id, account, carrier, kind, until, zone=zone)

    if saying in BREAKS:
        return ask(DutyKind.BREAK, now + BREAKS[saying])
    if saying in HERE:
        return ask(DutyKind.HERE, now + HERE[saying])
    if saying == HERE_ALL_DAY:
        return ask(DutyKind.HERE, end_of_day(store, now))
    if saying == LEAVE:
        return ask(DutyKind.AWAY, _end_of_work(store, carrier, now))
    if saying != BACK:
        return None
    here = [
        one
        for one in store.duties
        if (one.carrier_id, one.kind) == (carrier, DutyKind.HERE) and one.starts_at <= now < one.ends_at
    ]
    if here:  # going back to the roster would end that word too
        longest = max(here, key=lambda one: one.ends_at)
        return ask(DutyKind.HERE, longest.ends_at, longest.zone_id)
    if _works(store, carrier, now):
        return ask(None)
    return ask(DutyKind.HERE, end_of_day(store, now))


def end_of_day(store: Store, now: datetime) -> datetime:
    return day_bounds(store, now.astimezone(store.zone).date())[1]


def _works(store: Store, carrier: int, now: datetime) -> bool:
    """Whether the roster has this person here, but for breaks and time off."""
    at_work = replace(store, duties=tuple(one for one in store.duties if one.kind not in ABSENT))
    return any(one.carrier_id == carrier and one.present for one in roster(at_work, now))


def _end_of_work(store: Store, carrier: int, now: datetime) -> datetime:
    """The end of the day, or of a night that goes on past it."""
    at_work = replace(store, duties=tuple(one for one in store.duties if one.kind not in ABSENT))
    ends = [one.until for one in roster(at_work, now) if one.carrier_id == carrier and one.until is not None]
    return max([end_of_day(store, now), *ends])
