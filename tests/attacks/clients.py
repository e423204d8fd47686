"""A broker's client that says what it likes and keeps what it hears."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from broker_config.link import (
    Connected,
    Delivery,
    Disconnected,
    LinkEvent,
    LinkSetup,
    Publication,
    Published,
    Subscription,
)
from broker_config.paho_link import PahoLink
from broker_config.rights import User

PATIENCE_S = 20.0


class Client:
    """`client_id`: by which it comes, if not its own name."""

    def __init__(
        self,
        user: User,
        port: int,
        subscriptions: Sequence[Subscription] = (),
        *,
        client_id: str | None = None,
    ) -> None:
        self.heard: list[Delivery] = []
        self.connects = self.disconnects = 0
        self._answered: set[int] = set()
        self._changed = threading.Condition()
        self._link = PahoLink(
            LinkSetup(
                client_id or user.name, user.name, user.password, port=port, subscriptions=subscriptions
            ),
            delays_s=(0.05, 0.1),
        )
        self._link.open(self._hear)
        self.until(lambda: self.connects > 0)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Returns when the broker has dealt with it, whatever it made of it."""
        handle = self._link.publish(Publication(topic, payload, 1, retain, 60))
        assert handle is not None
        self.until(lambda: handle in self._answered)

    def until(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE_S), "it never came to that"

    def hears(self, payload: bytes) -> list[Delivery]:
        """All that came before this and not by it."""
        self.until(lambda: any(one.payload == payload for one in self.heard))
        return [one for one in self.heard if one.payload != payload]

    def _hear(self, event: LinkEvent) -> None:
        with self._changed:
            if isinstance(event, Delivery):
                self.heard.append(event)
                self._link.settle(event)
            elif isinstance(event, Published):
                self._answered.add(event.handle)
            self.connects += isinstance(event, Connected)
            self.disconnects += isinstance(event, Disconnected)
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()
