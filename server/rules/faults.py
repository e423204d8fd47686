"""What is wrong with a device now: what it says of itself, and what the server finds. Never an incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

from broker_config.messages.device import DeviceFault
from server.rules import gaps


class OwnFault(StrEnum):
    """What the server finds by itself."""

    GAP = "gap"
    """Presses that the unit numbered never came. Its figure: how many; its text: which."""
    COUNTER_BACK = "counter_back"
    """The unit's counter began anew: its spool was lost or replaced by an older one."""
    DEAD = "dead"
    """The broker says that it is away."""
    SILENT = "silent"
    """Its link stands, and it says nothing."""
    TAKEN_OVER = "taken_over"
    """Two clients use its name in turn. Its figure: how often. The device may say so too."""
    SETTINGS_REFUSED = "settings_refused"
    CLOCK = "clock"
    """Nobody has vouched for its clock for over ten minutes."""
    CERTIFICATE_LATE = "certificate_late"
    """It should have renewed its certificate long ago: `server.rules.certificates`."""
    CERTIFICATE_ENDS = "certificate_ends"
    """Its certificate ends within days, or has ended: then it cannot connect."""


OWN = frozenset(kind.value for kind in OwnFault)
LASTS = {
    OwnFault.GAP.value: timedelta(hours=24),
    OwnFault.COUNTER_BACK.value: timedelta(hours=24),
    OwnFault.TAKEN_OVER.value: timedelta(hours=1),
}
"""What happened once is told for so long after the last time; anything else is over when it is not so any more."""
UNSYNCED_FOR = timedelta(minutes=10)
TAKEN_WITHIN = timedelta(minutes=10)
LONGEST_AGO = timedelta(days=90)
"""Since when a device says that something is wrong: no further back than faults are kept."""
MOST = 40
"""Open ones of one device. A device tells 24 at most."""

LONGEST = 200
"""Letters of a text."""

Key: TypeAlias = tuple[int, str]
"""(input, kind); input 0: of the whole device."""


@dataclass(frozen=True, slots=True)
class OpenFault:
    since: datetime
    told_at: datetime
    count: int = 0
    text: str = ""


Faults: TypeAlias = Mapping[Key, OpenFault]
"""Open ones of one device."""
NONE: Faults = MappingProxyType({})


def listed(faults: Faults, said: Iterable[DeviceFault], now: datetime) -> Faults:
    """The device's list of now: what is not in it any more is over. What only the server can find it cannot say."""
    found = {key: fault for key, fault in faults.items() if key[1] in OWN}
    for one in said:
        key = (one.input or 0, one.kind)
        if one.kind in OWN and one.kind != OwnFault.TAKEN_OVER:
            continue
        if key not in found and len(found) >= MOST:
            continue
        before = faults.get(key)
        since = now - min(timedelta(seconds=min(one.for_s, 2**31)), LONGEST_AGO)
        if one.kind in OWN:  # what happened once or more: the server may have seen more of it, or later
            found[key] = _joined(before, OpenFault(since, since, one.count, one.text))
        else:
            found[key] = OpenFault(before.since if before else since, now, one.count, one.text)
    return found


def _joined(one: OpenFault | None, other: OpenFault) -> OpenFault:
    if one is None:
        return other
    return OpenFault(
        one.since, max(one.told_at, other.told_at), max(one.count, other.count), other.text or one.text
    )


def found(
    faults: Faults,
    kind: OwnFault,
    now: datetime,
    *,
    since: datetime | None = None,
    count: int = 0,
    text: str = "",
) -> Faults:
    """The server found this, perhaps once more."""
    key = (0, kind.value)
    before = faults.get(key)
    return {**faults, key: OpenFault(before.since if before else since or now, now, count, text[:LONGEST])}


def over(faults: Faults, *kinds: OwnFault) -> Faults:
    gone = {(0, kind.value) for kind in kinds}
    return (
        {key: fault for key, fault in faults.items() if key not in gone} if gone & faults.keys() else faults
    )


def expired(faults: Faults, now: datetime) -> Faults:
    """Without what happened too long ago to be told on."""
    gone = {key for key, fault in faults.items() if key[1] in LASTS and now - fault.told_at > LASTS[key[1]]}
    return {key: fault for key, fault in faults.items() if key not in gone} if gone else faults


def has(faults: Faults, kind: OwnFault) -> bool:
    return (0, kind.value) in faults


def taken_over(faults: Faults, times: int, now: datetime) -> Faults:
    """Somebody else used the name, so many times more."""
    before = faults.get((0, OwnFault.TAKEN_OVER.value))
    return found(faults, OwnFault.TAKEN_OVER, now, count=(before.count if before else 0) + times)


def missing(faults: Faults, before: gaps.Counter, now_is: gaps.Counter, now: datetime) -> Faults:
    """What a unit's counter says now, after what it said before."""
    if now_is.went_back > before.went_back:
        text = f"from {before.top} to {now_is.known}"
        faults = found(faults, OwnFault.COUNTER_BACK, now, count=now_is.went_back, text=text)
    if not now_is.missing:
        return over(faults, OwnFault.GAP)
    if now_is.missing == before.missing:
        return faults
    text = gaps.in_words(now_is.missing)
    last = faults.get((0, OwnFault.GAP.value))
    told_at = last.told_at if last is not None and now_is.lost <= before.lost else now
    return found(faults, OwnFault.GAP, told_at, count=now_is.lost, text=text)


@dataclass(frozen=True, slots=True)
class Runs:
    """The last processes of a device that said that they are online, each with when: enough to see two take turns."""

    last: tuple[tuple[str, datetime], ...] = ()


def online(runs: Runs, run: str, now: datetime) -> tuple[Runs, bool]:
    """A process says that it is online. True: it was here before, and another one in between; so two have this name."""
    if runs.last and runs.last[-1][0] == run:
        return runs, False
    left_at = [after for (before, _), (_, after) in pairwise(runs.last) if before == run]
    back = bool(left_at) and now - left_at[-1] <= TAKEN_WITHIN
    return Runs((*runs.last, (run, now))[-4:]), back
