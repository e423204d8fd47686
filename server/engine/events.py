"""What reaches the engine, and what it takes one by one: deliveries, requests of people, due moments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from broker_config.link import Connected, LinkEvent
from server.channels_out.letter import Told
from server.engine.timers import Key
from server.intake import Incoming, press_of
from server.requests import Answer, Request


@dataclass(frozen=True, slots=True)
class FromLink:
    store: str
    event: LinkEvent


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of a person. `answer` is called once; None: try again later."""

    request: Request
    answer: Callable[[Answer | None], None]


@dataclass(frozen=True, slots=True)
class Due:
    key: Key


Event: TypeAlias = FromLink | Ask | Told
Step: TypeAlias = Incoming | Ask | Told | Due | Connected


def is_press(step: Step) -> bool:
    return isinstance(step, Incoming) and press_of(step) is not None
