"""The thread under a PahoLink: it makes one connection after the other, and ends each that cannot be trusted."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho

from broker_config import paho_setup
from broker_config.backoff import Backoff
from broker_config.link import LinkSetup
from broker_config.tls import LinkContext
from broker_config.waker import Waker
from broker_config.watch import TICK_S, Watch

log = logging.getLogger(__name__)

CONNECTING_S = 150.0
"""A resolver without an answer may hold the thread this long (three servers, two tries each, a few search names)."""
CALLBACKS = ("socket_open", "socket_close", "connect", "disconnect", "message", "publish", "subscribe")


class PahoThread(ABC):
    """paho's own loops sleep where nobody can wake them, hide a dead thread and back off to two minutes: this one
    is ours, on paho's calls for other people's event loops."""

    def __init__(
        self,
        setup: LinkSetup,
        clock: Callable[[], float],
        backoff: Backoff,
        on_death: Callable[[BaseException], None],
    ) -> None:
        self._setup = setup
        self._clock = clock
        self._backoff = backoff
        self._on_death = on_death
        self._watch = Watch(clock())
        self._waker = Waker()
        self._lock = threading.RLock()
        """Held by whoever enters paho."""
        self._connection = 0
        """Number of the present connection; 0: none. What is settled must carry it."""
        self._owed: dict[int, tuple[int, float]] = {}
        """Message id -> handle and moment of every unanswered publish, oldest first."""
        self._drop: str | None = None
        """Why the present connection must go."""
        self._fatal: BaseException | None = None
        self._closing = False
        self._complaint = ""
        self._passed: float | None = None
        self._connecting: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"link {setup.client_id}", daemon=True)
        self._answered = False
        """Whether the broker has answered the connect of the present connection."""
        self._more = False
        """TLS has read on from the socket further than paho has: what waits here, poll does not see."""
        self._tls = None if setup.tls is None else LinkContext(setup.tls)
        self._client = paho_setup.client(setup, self._tls)
        for name in CALLBACKS:
            setattr(self._client, f"on_{name}", self._guarded(getattr(self, f"_on_{name}")))

    @property
    def ticked_at(self) -> float | None:
        """Boot seconds at which the thread last went round its loop; None: it never did. While a connection is being
        made it may wait for others, up to a limit, and that counts as going round."""
        began = self._connecting
        return self._passed if began is None else min(self._clock(), began + CONNECTING_S)

    @property
    def complaint(self) -> str:
        """Why there is no connection, in words; empty since the last one was made."""
        return self._complaint

    @abstractmethod
    def _lose(self, reason: str) -> None:
        """The connection is gone, or about to be dropped."""

    @abstractmethod
    def _announce(self) -> None:
        """What was queued in a callback has been written."""

    def _run(self) -> None:
        try:
            while not self._closing:
                self._live()
                self._pause()
            with self._lock:
                self._waker.close()
        except BaseException as error:
            log.exception("the link's thread died", extra={"action": "link.dead"})
            self._connection = 0
            self._on_death(error)

    def _live(self) -> None:
        """One connection, from the TCP handshake until it is lost or dropped."""
        self._connecting = self._clock()
        self._answered = self._more = False
        try:
            self._client.reconnect()
        except OSError as error:
            self._complain(self._refusal or f"cannot reach the broker: {error}")
            return
        finally:
            self._passed, self._connecting = self._clock(), None
        self._watch.open(self._clock())
        while self._client.socket() is not None:
            more = self._more
            ready = self._waker.wait(0.0 if more else TICK_S, writing=self._client.want_write()) or more
            with self._lock:
                reason = self._trouble()
                if reason is not None:
                    self._cut(reason)
                    return
                self._exchange(ready)
            if self._fatal is not None:
                raise self._fatal

    def _trouble(self) -> str | None:
        """Why this connection must be dropped before anything more is read from it."""
        self._passed = now = self._clock()
        if self._closing:
            return "closed"
        oldest = next(iter(self._owed.values()), None)
        return (
            self._watch.tick(now)
            or self._drop
            or self._watch.answer(
                now, connected=self._connection != 0, oldest_owed=oldest[1] if oldest else None
            )
        )

    def _exchange(self, ready: bool) -> None:
        try:
            if ready:
                self._client.loop_read()
                self._more = self._waits_in_tls()
            if self._client.want_write():
                self._client.loop_write()
            self._announce()
            self._client.loop_misc()
        except Exception as error:  # our own callbacks never raise: this is paho, reading
            log.exception("the broker sent what cannot be read", extra={"action": "link.garbled"})
            self._drop = f"unreadable packet: {type(error).__name__}"

    def _waits_in_tls(self) -> bool:
        open_socket = self._client.socket() if self._tls is not None else None
        return isinstance(open_socket, ssl.SSLSocket) and open_socket.pending() > 0

    @property
    def _refusal(self) -> str:
        """What TLS had against the present connection, or the last one."""
        return self._tls.trouble if self._tls is not None else ""

    def _cut(self, reason: str) -> None:
        """Leave with a DISCONNECT, so that no will is sent for a connection that comes back at once."""
        if self._connection:
            self._backoff.skip_next()
        self._lose(reason)
        self._client.disconnect()
        self._waker.forget()

    def _pause(self) -> None:
        until = self._clock() + self._backoff.next()
        while not self._closing and (left := until - self._clock()) > 0:
            self._waker.wait(min(left, TICK_S))
            self._passed = self._clock()

    def _guarded(self, callback: Callable[..., None]) -> Callable[..., None]:
        """paho lets an exception of a callback end its thread in silence: ours are kept, and end it aloud."""

        def guarded(*args: Any) -> None:
            try:
                callback(*args)
            except Exception as error:  # noqa: BLE001
                self._fatal = error

        return guarded

    def _complain(self, text: str) -> None:
        """Once for every new reason, not at every attempt."""
        level = logging.DEBUG if text == self._complaint else logging.WARNING
        self._complaint = text
        log.log(level, "%s: %s", self._setup.client_id, text, extra={"action": "link.trouble"})

    def _on_socket_open(self, client: paho.Client, _: Any, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._waker.watch(sock.fileno())

    def _on_socket_close(self, client: paho.Client, _: Any, sock: Any) -> None:
        self._waker.forget()
        self._waker.wake()
