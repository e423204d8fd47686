"""Who is on the floor, for a month of moments in order: looked up once per stretch in which nothing changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from server.rules.facts import Store
from server.rules.local_time import bounds
from server.rules.opening import stretches
from server.rules.roster import Standing, roster

DAY = timedelta(days=1)
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


class Floors:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._hours = sorted({(one.weekday, one.starts, one.ends) for one in store.shifts})
        self._dated = sorted({edge for one in store.duties for edge in (one.starts_at, one.ends_at)})
        self._worn = frozenset(one.carrier_id for one in store.pagers if one.carrier_id is not None)
        self._first = self._last = _EPOCH
        self._kept: tuple[Standing, ...] = ()

    def at(self, now: datetime) -> tuple[Standing, ...]:
        """As `roster`, by whole seconds, like the engine."""
        second = now.replace(microsecond=0)
        if not self._first <= second < self._last:
            self._kept = roster(self._store, second)
            edges = self._edges(second.astimezone(self._store.zone).date())
            place = bisect_right(edges, second)
            self._first, self._last = edges[place - 1], edges[place]
        return self._kept

    def can_be_called(self, now: datetime) -> list[int]:
        """Carriers who are here and wear a pager."""
        return [one.carrier_id for one in self.at(now) if one.present and one.carrier_id in self._worn]

    def empty_minutes(self, first_day: date, last_day: date) -> float:
        """Minutes of the opening hours of these local days in which nobody with a pager was here."""
        gone = timedelta()
        for begin, end in self._open(first_day, last_day):
            while begin < end:
                nobody = not self.can_be_called(begin)
                until = min(self._last, end)
                if nobody:
                    gone += until - begin
                begin = until
        return gone / timedelta(minutes=1)

    def _open(self, first_day: date, last_day: date) -> Iterator[tuple[datetime, datetime]]:
        """Opening stretches in order, none of them twice where two overlap."""
        done = _EPOCH
        for passed in range((last_day - first_day).days + 1):
            for begin, end in sorted(stretches(self._store, first_day + passed * DAY)):
                if end > max(begin, done):
                    yield max(begin, done), end
                    done = end

    def _edges(self, today: date) -> list[datetime]:
        """Moments around this local day at which somebody may come or go, with both of its midnights."""
        zone, midnight = self._store.zone, time(0)
        days = [today + DAY * passed for passed in (-2, -1, 0, 1)]
        found = {datetime.combine(today + DAY * passed, midnight, zone).astimezone(UTC) for passed in (0, 1)}
        first, last = min(found), max(found)
        for weekday, starts, ends in self._hours:
            for day in days:
                if day.weekday() == weekday:
                    found.update(bounds(starts, ends, day, zone))
        found.update(edge for edge in self._dated if first < edge < last)
        return sorted(found)
