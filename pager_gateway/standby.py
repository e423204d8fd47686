"""Which of an order's routes is taken: the first that is ready and free; never one that is dead or has no air. Pure.

A transmitter that comes and goes is not trusted at once: after each fall within ten minutes it must stay up for twice
as long before it is preferred again. Else every page of a burst would go to it first, wait in vain and move on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from broker_config.messages import ResultError, TransmitterAbilities
from pager_gateway.airtime import AirLimits, AirTime, Reckoned
from pager_gateway.sender import SenderInput
from pager_gateway.transmitter import Health

NOT_ASKED_S = 10.0
"""A transmitter of which nothing is known for this long cannot be asked: it counts as ready."""
SHY_S, SHY_MOST_S = 2.0, 120.0
"""How long one that fell and came back must stay up: the first time, and at most."""
MEMORY_S = 600.0
"""Falls before this are forgotten."""


@dataclass(slots=True, eq=False)
class Lane:
    """One transmitter as the gateway sees it. `hand` puts something into its sender's queue."""

    abilities: TransmitterAbilities
    batch: int
    hand: Callable[[SenderInput], None]
    canary_address: str | None = None
    """Where a canary may ring; None: it ends at the dialogue."""
    limits: AirLimits = field(default_factory=AirLimits)
    health: Health = field(default_factory=lambda: Health("unknown"))
    heard_at: float | None = None
    since: float = 0.0
    """When its state changed last."""
    steady_at: float = 0.0
    """From when on it is trusted again."""
    falls: list[float] = field(default_factory=list)
    in_hand: dict[UUID, Reckoned] = field(default_factory=dict)
    joins: bool = False
    """It takes further pages while it has some in hand."""
    full: bool = False
    """What waits does not fit behind what it has in hand."""
    air: AirTime = field(default_factory=AirTime)
    tells_air: bool = False
    """Its driver says how long its carrier is up; else pages are reckoned."""
    room_at: float | None = None
    """When there is air for the page that waits for it; None: there is, or nothing waits."""
    air_full: bool = False
    air_cause: str | None = None
    """At the ceiling, or near it: in words."""

    @property
    def id(self) -> str:
        return self.abilities.id

    @property
    def free(self) -> bool:
        return not self.in_hand or (self.joins and not self.full)

    def hear(self, health: Health, at: float) -> bool:
        """Its driver says how it is. Returns whether that is news."""
        self.heard_at = at
        if health == self.health:
            return False
        before, self.health = self.health.state, health
        if health.state != before:
            self.since = at
        if health.state == "dead" != before and (before == "ready" or self.in_hand):
            self.falls = [*(fall for fall in self.falls if at - fall < MEMORY_S), at]
        elif before == "dead" != health.state and self.falls:
            self.steady_at = at + min(SHY_MOST_S, SHY_S * 2 ** (len(self.falls) - 1))
        return True

    def ranks(self, now: float) -> int | None:
        """0: to be trusted; 1: ready again for a moment only; 2: not known yet; None: takes no page."""
        if self.room_at is not None or self.health.state == "dead":
            return None
        if self.health.state == "unknown":
            return 0 if now >= max(self.since + NOT_ASKED_S, self.steady_at) else 2
        return 0 if now >= self.steady_at else 1

    def has_room_at(self, seconds: float, now: float) -> float:
        """When there is air for so many seconds: now, or later."""
        ceiling = self.limits.ceiling_s_per_h
        return now if ceiling is None else self.air.room_at(seconds, ceiling, now)

    def better_at(self, now: float) -> float | None:
        """When it will rank better than now by mere time."""
        rank = self.ranks(now)
        if rank == 0 or rank is None:
            return self.room_at
        return self.steady_at if rank == 1 else max(self.since + NOT_ASKED_S, self.steady_at)


def choose(names: Collection[str], lanes: Mapping[str, Lane], now: float) -> str | None:
    """The transmitter to use now, of those that a page may go to, best first; None: wait. Only those of the best rank
    are considered: a page rather waits for a busy one than it goes to one that may not be there."""
    ranked = [(lane.ranks(now), lane) for lane in (lanes.get(name) for name in names) if lane is not None]
    best = min((rank for rank, _ in ranked if rank is not None), default=None)
    for rank, lane in ranked:
        if rank is not None and rank == best and lane.free:
            return lane.id
    return None


def obstacle(names: Collection[str], lanes: Mapping[str, Lane]) -> ResultError | None:
    """Why a page had to wait, for one whose time is over; None: there were only others before it."""
    for lane in (lanes[name] for name in names if name in lanes):
        if lane.room_at is not None:
            text = f"{lane.id}: its air time of {lane.limits.ceiling_s_per_h} s an hour is used up"
            return ResultError(code="ceiling", text=text, retry=True)
        if lane.health.state == "dead":
            return ResultError(
                code="dead", text=f"{lane.id}: {lane.health.cause or 'dead'}"[:500], retry=True
            )
    return None
