"""One page that has no final state yet, as the gateway's memory holds it. Ten thousand of them may wait, so it is
small: the order's own words are on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from broker_config.messages import PageFormat, PageOrder, PageState, Proof, ResultError


class Way(NamedTuple):
    """One of an order's routes."""

    transmitter: str
    address: str


@lru_cache(maxsize=4_096)
def ways(*pairs: tuple[str, str]) -> tuple[Way, ...]:
    """One object for all pages of a pager: (transmitter, address), the best first."""
    return tuple(Way(*pair) for pair in pairs)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order wants on the air."""

    page: UUID
    press: int
    """The number of its UUID, for the log."""
    format: PageFormat
    charset: str
    body: str
    alert: int
    priority: int

    @classmethod
    def of(cls, order: PageOrder) -> Wanted:
        return cls(
            order.page, order.press.int, order.format, order.charset, order.body, order.alert, order.priority
        )


@dataclass(slots=True, eq=False)
class Entry:
    """Mutable, owned by the gateway core alone. Moments are boot-time seconds."""

    wanted: Wanted
    payload: bytes | None
    """The order as it came, until it is on disk."""
    number: int
    """Order of arrival."""
    arrived_at: float
    expires_at: float
    routes: tuple[Way, ...]
    """Where it may still go, best first. Not to be changed while it waits in the queue."""
    state: PageState = PageState.HELD
    transmitter: str | None = None
    proof: Proof = Proof.NONE
    error: ResultError | None = None
    tries: tuple[str, ...] = ()
    """Transmitters that it was handed to, one for each time."""
    doubted: bool = False
    """Some transmitter may have put it on the air without saying so."""
    tx_ms: int | None = None
    attempt: int = 1
    """0: a page of the stand-in that no order has asked for yet."""
    seq: int = 0
    ticket: int = 0
    """Of its place in the queue; 0: it does not wait there."""
    result: bytes | None = None
    """The last result as it was published, or would be, until it is on disk."""

    @property
    def page(self) -> UUID:
        return self.wanted.page

    @property
    def ordered(self) -> bool:
        """Whether the server knows of this page; its results go out only then."""
        return self.attempt > 0

    @property
    def names(self) -> tuple[str, ...]:
        """The transmitters of its routes."""
        return tuple(transmitter for transmitter, _ in self.routes)

    def address(self, transmitter: str) -> str:
        """What that transmitter calls the pager by."""
        return next(address for name, address in self.routes if name == transmitter)
