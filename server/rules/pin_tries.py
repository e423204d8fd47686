"""How often a PIN may be tried: five wrong ones lock a person on a tablet, many of anybody slow the whole tablet. Pure.

A try is counted before the slow hash is made, as if it were wrong, and given back when it was right: a hundred tries
at the same moment are a hundred tries. What is kept are rows, so a restart forgives nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FREE = 5
FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=1)
BURST = 15
"""So many wrong PINs of all people together may come one after the other on one tablet ..."""
EVERY = timedelta(minutes=4)
"""... and then one in so much time: some 375 a day, among a million."""

NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs of one person on one tablet since the last right one."""

    wrong: int = 0
    last_at: datetime | None = None


def pause(wrong: int) -> timedelta:
    """How long the lock lasts after so many wrong ones: a minute at five, doubling, an hour at most."""
    if wrong < FREE:
        return NONE
    return min(FIRST * (1 << min(wrong - FREE, 10)), LONGEST)


def try_person(tries: Tries, now: datetime) -> tuple[timedelta, Tries]:
    """How long to wait, and what to keep. No time at all: this try may go on, and is counted. A clock that was set
    back begins the pause anew: nobody is locked for longer than it."""
    if tries.last_at is None:
        return NONE, Tries(tries.wrong + 1, now)
    since = min(tries.last_at, now)
    left = since + pause(tries.wrong) - now
    if left > NONE:
        return left, replace(tries, last_at=since)
    return NONE, Tries(tries.wrong + 1, now)


def try_tablet(free_at: datetime | None, now: datetime) -> tuple[timedelta, datetime]:
    """The same for the tablet as a whole. `free_at`: when the last of its wrong PINs is forgotten."""
    debt = min(max((free_at or now) - now, NONE), BURST * EVERY)
    over = debt + EVERY - BURST * EVERY
    if over > NONE:
        return over, now + debt
    return NONE, now + debt + EVERY


def give_back(free_at: datetime | None, now: datetime) -> datetime | None:
    """The try was right: it costs the tablet nothing. What others did on it stays."""
    if free_at is None or free_at - EVERY <= now:
        return None
    return free_at - EVERY
