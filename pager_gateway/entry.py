"""One page that has no final state yet, as the gateway's memory holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from broker_config.messages import PageOrder, PageState, Proof, ResultError, Route


@dataclass(slots=True, eq=False)
class Entry:
    """Mutable, owned by the gateway core alone. Moments are boot-time seconds."""

    order: PageOrder
    payload: bytes
    number: int
    """Order of arrival."""
    arrived_at: float
    expires_at: float
    routes: list[Route]
    """Where it may still go, best first."""
    state: PageState = PageState.HELD
    transmitter: str | None = None
    proof: Proof = Proof.NONE
    error: ResultError | None = None
    tries: dict[str, int] = field(default_factory=dict)
    doubted: bool = False
    """Some transmitter may have put it on the air without saying so."""
    tx_ms: int | None = None
    attempt: int = 1
    """0: a page of the stand-in that no order has asked for yet."""
    seq: int = 0
    result: bytes | None = None
    """The last result as it was published, or would be."""

    @property
    def page(self) -> UUID:
        return self.order.page

    @property
    def ordered(self) -> bool:
        """Whether the server knows of this page; its results go out only then."""
        return self.attempt > 0

    def route(self) -> Route:
        """Where it goes now."""
        return next(route for route in self.routes if route.transmitter == self.transmitter)
