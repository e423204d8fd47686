"""What is known of the ways to the air: which transmitter lives, since when not, and what that means for a call.

A way is down at once when its gateway says so or is away, so that another one is taken. It counts as dead only a
moment later: a plug that is put back, a process that starts anew, must not make a button say that nobody comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.rules.attempts import left
from server.rules.facts import Page, Pager, Way

LINE_SURE = timedelta(seconds=2)
"""A transmitter that its gateway called dead for so long is dead. The gateway itself needed up to 10 s for it."""
GATEWAY_SURE = timedelta(seconds=5)
"""So long a gateway needs to start anew."""
SILENT = timedelta(seconds=8)
"""A gateway that has not said for so long that it holds a page does not: two orders were repeated meanwhile."""
TRY_AGAIN = timedelta(seconds=10)
"""A line that comes and goes brings no call more often than this."""
MOST_ALERTS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One transmitter, as its gateway last said."""

    state: str
    cause: str | None
    since: datetime
    alerts: int = MOST_ALERTS
    """How many patterns of beep or vibration it can ask for."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Of one store. What nobody said anything about is taken for good."""

    known: Mapping[Way, Line] = field(default_factory=dict)
    gone: Mapping[str, datetime] = field(default_factory=dict)
    """Gateways that are away -> since when."""
    silent: Mapping[str, datetime] = field(default_factory=dict)
    """Gateways that seem to be there and do not answer to orders -> since when that is known."""
    came: Mapping[str, datetime] = field(default_factory=dict)
    """Gateway -> when it last came: it was not asked before."""
    sure_from: datetime | None = None
    """No gateway counts as dead before: this process has just begun, and perhaps the whole shop with it."""

    def down(self, way: Way) -> bool:
        line = self.known.get(way)
        away = way[0] in self.gone or way[0] in self.silent
        return away or (line is not None and line.state == "dead")

    def given_up(self, way: Way) -> bool:
        """Its gateway is there and says itself that it is dead."""
        line = self.known.get(way)
        return way[0] not in self.gone and line is not None and line.state == "dead"

    def long_given_up(self, way: Way, now: datetime) -> bool:
        return self.given_up(way) and self.known[way].since + LINE_SURE <= now

    def dead_from(self, way: Way) -> datetime | None:
        """From when on it counts as dead; None: it is not down."""
        line = self.known.get(way)
        moments = []
        if way[0] in self.gone:
            moments.append(self.gone[way[0]] + GATEWAY_SURE)
        if way[0] in self.silent:
            moments.append(self.silent[way[0]])
        if self.sure_from is not None:
            moments = [max(one, self.sure_from) for one in moments]
        if line is not None and line.state == "dead":
            moments.append(line.since + LINE_SURE)
        return min(moments, default=None)

    def dead(self, way: Way, now: datetime) -> bool:
        moment = self.dead_from(way)
        return moment is not None and moment <= now

    def cause(self, way: Way) -> str:
        """Why it is down, in the words of its gateway; empty: the gateway itself is away."""
        line = self.known.get(way)
        return (line.cause or "") if line is not None and way[0] not in self.gone else ""

    def alerts(self, way: Way) -> int:
        line = self.known.get(way)
        return MOST_ALERTS if line is None else line.alerts


def choose(ways: Iterable[Way], lines: Lines) -> Way:
    """The first that is not down; with none of them the first: there the page waits until it lives again."""
    found = tuple(ways)
    return next((way for way in found if not lines.down(way)), found[0])


def can_ring(pager: Pager, lines: Lines, now: datetime) -> bool:
    return any(not lines.dead(way, now) for way in pager.ways)


def any_lives(pagers: Iterable[Pager], lines: Lines, now: datetime) -> bool:
    return any(can_ring(pager, lines, now) for pager in pagers)


def may_come(page: Page, lines: Lines, now: datetime) -> bool:
    """Whether a page without a final state may still go out, as far as anybody knows."""
    return any(not lines.dead(way, now) for way in left(page))


def next_look(ways: Iterable[Way], lines: Lines, now: datetime) -> datetime | None:
    """When one of them begins to count as dead."""
    moments = (lines.dead_from(way) for way in ways)
    return min((one for one in moments if one is not None and one > now), default=None)
