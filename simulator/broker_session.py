"""What the in-memory broker keeps for one client: what it listens to, its queue, what is on the way to it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace

from broker_config import topics
from broker_config.link import Publication, Subscription


@dataclass(frozen=True, slots=True)
class Held:
    """A message in the broker. `dies` is the boot-time moment of its expiry; `retain` the flag its reader sees."""

    publication: Publication
    dies: float | None
    retain: bool
    qos: int

    def left(self, now: float) -> int | None:
        """Whole seconds of life; 0: dead; None: it never dies."""
        return None if self.dies is None else max(0, math.ceil(self.dies - now))

    def told(self, now: float) -> int | None:
        """What the reader is told of it. As Mosquitto: nothing in the last second of a longer life."""
        left = self.left(now)
        return None if left == 1 and self.publication.expiry_s != 1 else left


@dataclass(slots=True)
class Session:
    """Lives as long as its expiry allows; the connection that uses it is the broker's matter."""

    client_id: str
    expiry_s: int = 0
    receive_maximum: int = 200
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    queue: deque[Held] = field(default_factory=deque)
    inflight: dict[int, Held] = field(default_factory=dict)
    """Token -> message that was handed over and is not settled."""
    last_token: int = 0
    connects: int = 0
    dropped: int = 0
    """Messages lost because the queue was full."""

    def subscription(self, topic: str) -> Subscription | None:
        """The one that brings this topic, if any."""
        fitting = (each for each in self.subscriptions.values() if topics.matches(each.topic_filter, topic))
        return max(fitting, key=lambda each: each.qos, default=None)

    def next_token(self) -> int:
        while True:
            self.last_token = self.last_token % 65_535 + 1
            if self.last_token not in self.inflight:
                return self.last_token

    def copy(self) -> Session:
        """As it would be read back from disk."""
        return replace(
            self,
            subscriptions=dict(self.subscriptions),
            queue=deque(self.queue),
            inflight=dict(self.inflight),
        )
