"""Which of an order's routes is taken: the first that is ready and free; never one that is dead. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from broker_config.messages import Route, TransmitterAbilities
from pager_gateway.sender import SenderInput
from pager_gateway.transmitter import Health


@dataclass(slots=True, eq=False)
class Lane:
    """One transmitter as the gateway sees it. `hand` puts something into its sender's queue."""

    abilities: TransmitterAbilities
    batch: int
    hand: Callable[[SenderInput], None]
    canary_address: str | None = None
    """Where a canary may ring; None: it ends at the dialogue."""
    health: Health = field(default_factory=lambda: Health("unknown"))
    heard_at: float | None = None
    in_hand: set[UUID] = field(default_factory=set)

    @property
    def id(self) -> str:
        return self.abilities.id

    @property
    def free(self) -> bool:
        return not self.in_hand


def choose(routes: Collection[Route], lanes: Mapping[str, Lane]) -> str | None:
    """The transmitter to use now, or None: wait. One whose health is not known yet is used only when no route
    leads to one that is known to be ready."""
    known = [lane for lane in (lanes.get(route.transmitter) for route in routes) if lane is not None]
    ready = [lane for lane in known if lane.health.state == "ready"]
    for lane in ready or [lane for lane in known if lane.health.state == "unknown"]:
        if lane.free:
            return lane.id
    return None
