"""The client's end of the in-memory broker: a Link in virtual time that passes the same suite as the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from broker_config.backoff import Backoff
from broker_config.link import (
    Connected,
    Delivery,
    Disconnected,
    Link,
    LinkSetup,
    Publication,
    Published,
    Sink,
    Subscription,
)
from broker_config.watch import ANSWER_S, FROZEN_S
from simulator.clock import FakeClock
from simulator.wire import Wire

CONNECT_S = 3.0
STANDSTILL = "standstill"
"""Why nothing comes through to a process that stands still."""


class BrokerEnd(Protocol):
    """What a link needs of its broker. The calls with a wire happen one hop after they were made."""

    @property
    def clock(self) -> FakeClock: ...
    def hop_s(self, client_id: str) -> float: ...
    def dial(self, link: MemoryLink) -> Wire | None:
        """A fresh connection; None: nobody accepts one."""

    def is_cut(self, client_id: str) -> bool: ...
    def cut(self, client_id: str, why: str) -> None: ...
    def mend(self, client_id: str, why: str) -> None: ...
    def connect(self, wire: Wire, link: MemoryLink) -> None: ...
    def subscribe(self, wire: Wire, subscriptions: list[Subscription]) -> None: ...
    def receive(self, wire: Wire, publication: Publication, answer: Callable[[bool, str], None]) -> None: ...
    def settle(self, wire: Wire, token: int) -> None: ...
    def hang_up(self, wire: Wire, *, will: bool) -> None: ...


def in_memory(link: Link) -> MemoryLink:
    """What only a link of the in-memory broker can do to its process. Raises TypeError for another one."""
    if not isinstance(link, MemoryLink):
        raise TypeError("this link is not of the in-memory broker")
    return link


class MemoryLink:
    """See `link.Link`. `vanish` is what a killed process does."""

    def __init__(self, broker: BrokerEnd, setup: LinkSetup, jitter: Callable[[], float]) -> None:
        self.setup = setup
        self._broker = broker
        self._clock = broker.clock
        self._backoff = Backoff(1.0, 5.0, jitter)
        self._sink: Sink = lambda event: None
        self._open = False
        self._wire: Wire | None = None
        self._connects = 0
        self._connection = 0
        self._handles = 0
        self._stands_since: float | None = None

    @property
    def connected(self) -> bool:
        return self._connection != 0

    def open(self, sink: Sink) -> None:
        self._sink = sink
        self._open = True
        self._dial()

    def publish(self, publication: Publication) -> int | None:
        if not self.connected:
            return None
        self._handles += publication.qos
        handle = self._handles if publication.qos else 0
        self._send(publication, handle)
        return handle

    def settle(self, delivery: Delivery) -> None:
        if delivery.qos and self._wire is not None and delivery.connection == self._connection:
            wire = self._wire
            self._up(lambda: self._broker.settle(wire, delivery.token))

    def reconnect(self, reason: str) -> None:
        if self.connected:
            self._leave(will=False)
            self._lose(reason, wait=False)

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        if self.connected and self.setup.will is not None:
            self._send(self.setup.will, 0)
        self._leave(will=False)
        self._lose("closed")

    def vanish(self) -> None:
        """The process is gone without a word: its owner hears nothing more, and the broker sends the will."""
        self._open = False
        self._sink = lambda event: None
        if self._stands_since is not None:
            self._broker.mend(self.setup.client_id, STANDSTILL)
        self._leave(will=True)
        self._lose("killed")

    def freeze(self) -> None:
        """The process stands still, as by SIGSTOP: its socket stays open and nobody reads from it."""
        self._stands_since = self._clock.boot()
        self._broker.cut(self.setup.client_id, STANDSTILL)

    def thaw(self) -> None:
        """It finds its tick late: it connects anew, and passes on nothing that waited in its socket."""
        since = self._stands_since
        if since is None:
            return
        late = self._clock.boot() - since > FROZEN_S
        if not late:
            self._stands_since = None
        self._broker.mend(self.setup.client_id, STANDSTILL)
        self._stands_since = None
        if late:
            self.reconnect("stood still")

    # -- what comes down the wire

    def accepted(self, wire: Wire, session_present: bool) -> None:
        self._connects += 1
        self._connection = self._connects
        self._backoff.reset()
        self._up(lambda: self._broker.subscribe(wire, list(self.setup.subscriptions)))
        if self.setup.birth is not None:
            self._send(self.setup.birth, 0)
        self._sink(Connected(self._connection, session_present, self._clock.boot()))

    def delivered(
        self, publication: Publication, retain: bool, dup: bool, left: int | None, token: int
    ) -> None:
        if self._stands_since is not None:
            return
        self._sink(
            Delivery(
                publication.topic,
                publication.payload,
                publication.qos,
                retain,
                dup,
                left,
                self._connection,
                token,
                self._clock.boot(),
            )
        )

    def dropped(self, wire: Wire, reason: str) -> None:
        """The other end, or the network, is gone for this wire."""
        if wire is self._wire:
            wire.client_open = False
            self._lose(reason)

    # -- inside

    def _dial(self) -> None:
        if not self._open or self._wire is not None:
            return
        if self._broker.is_cut(self.setup.client_id):
            self._clock.call_later(CONNECT_S + self._backoff.next(), self._dial)
            return
        wire = self._broker.dial(self)
        if wire is None:
            self._clock.call_later(self._backoff.next(), self._dial)
            return
        self._wire = wire
        self._up(lambda: self._broker.connect(wire, self))
        self._clock.call_later(ANSWER_S, lambda: self._give_up(wire))

    def _give_up(self, wire: Wire) -> None:
        if wire is self._wire and not self.connected:
            self._leave(will=False)
            self._lose("no answer to the connect")

    def _send(self, publication: Publication, handle: int) -> None:
        wire, connection = self._wire, self._connection
        if wire is None:
            return
        answered = False

        def answer(accepted: bool, reason: str) -> None:
            nonlocal answered
            answered = True
            if handle and connection == self._connection:
                self._sink(Published(handle, accepted, reason, self._clock.boot()))

        def check() -> None:
            if not answered and connection == self._connection:
                self.reconnect(f"no answer to a publish for {ANSWER_S:.0f} s")

        self._up(lambda: self._broker.receive(wire, publication, answer))
        if publication.qos:
            self._clock.call_later(ANSWER_S, check)

    def _up(self, call: Callable[[], None]) -> None:
        if self._wire is not None:
            self._wire.up.send(call, self._broker.hop_s(self.setup.client_id))

    def _leave(self, *, will: bool) -> None:
        wire = self._wire
        if wire is not None:
            self._up(lambda: self._broker.hang_up(wire, will=will))
            wire.client_open = False

    def _lose(self, reason: str, *, wait: bool = True) -> None:
        gone, self._connection, self._wire = self._connection, 0, None
        if gone:
            self._sink(Disconnected(gone, reason, self._clock.boot()))
        if self._open:
            self._clock.call_later(self._backoff.next() if wait else 0.0, self._dial)
