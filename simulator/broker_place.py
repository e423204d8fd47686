"""A connected client, as the in-memory broker sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broker_config.link import Publication
from simulator.broker_link import MemoryLink
from simulator.broker_session import Session
from simulator.wire import Wire


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Its connection, its session, and what to say when it vanishes."""

    wire: Wire
    link: MemoryLink
    session: Session
    will: Publication | None


def dropper(wire: Wire, link: MemoryLink, reason: str) -> Callable[[], None]:
    """What tells a client that this connection of it is gone."""
    return lambda: link.dropped(wire, reason)
