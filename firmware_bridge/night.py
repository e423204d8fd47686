"""Which volume holds now: the day's, or the night's between two moments of local time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broker_config.messages.device import NightSettings

LOOK_S = 60.0
"""A clock may be set, or be vouched for at last, at any moment: how soon that is noticed."""


def find_zone(name: str) -> ZoneInfo | None:
    """None: this machine knows no such time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_night(night: NightSettings, zone: ZoneInfo, now: datetime) -> bool:
    return any(begins <= now < ends for begins, ends in _nights(night, zone, now))


def next_turn(night: NightSettings, zone: ZoneInfo, now: datetime) -> datetime:
    """The next moment at which a night begins or ends."""
    return min(turn for span in _nights(night, zone, now) for turn in span if turn > now)


def _nights(night: NightSettings, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Last night, tonight, tomorrow night. Where the clock shows a moment twice, the first one counts; one that it
    leaves out comes as long after midnight as it would have without the change. So a night is never in pieces."""
    today = now.astimezone(zone).date()
    starts, ends = time.fromisoformat(night.starts), time.fromisoformat(night.ends)
    for days in (-1, 0, 1):
        first = today + timedelta(days=days)
        last = first if ends > starts else first + timedelta(days=1)
        yield _moment(first, starts, zone), _moment(last, ends, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


class Loudness:
    """The volume by the clock. `wall`: the wall clock, None while nobody vouches for it; moments are boot seconds.

    Once the clock was vouched for, the boot clock carries the time on: a shop that loses its time server in the
    evening has its quiet night all the same. Before that, the volume is the day's."""

    def __init__(self, wall: Callable[[], datetime | None]) -> None:
        self.day = self.now = 0
        self._wall = wall
        self._at_zero: datetime | None = None
        self._night: NightSettings | None = None
        self._zone: ZoneInfo | None = None
        self._look_at: float | None = None

    def set_plan(self, volume: int, night: NightSettings | None, zone: str | None, now: float) -> None:
        self.day = volume
        self._night, self._zone = night, None if zone is None else find_zone(zone)
        self._look(now)

    def advance(self, now: float) -> None:
        if self._look_at is not None and now >= self._look_at:
            self._look(now)

    def due(self) -> float | None:
        """The next turn of the night, or the next look at the clock. None: there is no night."""
        return self._look_at

    def _look(self, now: float) -> None:
        self.now, self._look_at = self.day, None
        if self._night is None or self._zone is None:
            return
        self._look_at = now + LOOK_S
        wall = self._wall()
        if wall is not None:
            self._at_zero = wall - timedelta(seconds=now)
        if self._at_zero is None:
            return
        local = self._at_zero + timedelta(seconds=now)
        if is_night(self._night, self._zone, local):
            self.now = self._night.volume
        until_turn = (next_turn(self._night, self._zone, local) - local).total_seconds()
        self._look_at = now + min(LOOK_S, max(until_turn, 0.001))
