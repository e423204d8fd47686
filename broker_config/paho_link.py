"""The real Link: MQTT 5 over paho-mqtt, whose traps are all dealt with here, in paho_thread.py and paho_setup.py.

One thread per link reads and mends the connection; whoever publishes or settles writes to the socket itself, so
a packet leaves without waking another thread. paho is never entered by two threads at once (`_lock`): by itself
it lets two writers cut each other's packets in two when a socket is full. What each precaution is for, with the
measurement behind it, stands in broker_config/README.md."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from broker_config import machine, paho_setup
from broker_config.backoff import Backoff
from broker_config.credentials import refuse_in_clear
from broker_config.link import (
    Connected,
    Delivery,
    Disconnected,
    LinkEvent,
    LinkSetup,
    Publication,
    Published,
    Sink,
)
from broker_config.paho_thread import PahoThread
from broker_config.watch import ANSWER_S

log = logging.getLogger(__name__)


FAREWELL_S = 1.0
NO_WORD = "the broker hung up before it let us in"
BIRTH, FAREWELL = -1, -2
"""Handles of our own publishes: nobody else waits for their answer."""


class PahoLink(PahoThread):
    """See `link.Link`. `on_death` is called in the link's own thread if that ever ends without `close`. A setup without
    TLS towards another machine is refused: SetupError."""

    def __init__(
        self,
        setup: LinkSetup,
        *,
        boot_clock: Callable[[], float] = machine.boot_clock,
        jitter: Callable[[], float] = random.random,
        delays_s: tuple[float, float] = (1.0, 5.0),
        on_death: Callable[[BaseException], None] = machine.end_process,
    ) -> None:
        if setup.tls is None:
            refuse_in_clear(setup.host)
        super().__init__(setup, boot_clock, Backoff(*delays_s, jitter), on_death)
        self._sink: Sink = lambda event: None
        self._connects = 0
        self._handles = 0
        self._news: Connected | None = None
        self._leaving = False
        self._farewell = threading.Event()

    # -- what any thread may call

    @property
    def connected(self) -> bool:
        return self._connection != 0 and self._drop is None and not self._leaving

    def open(self, sink: Sink) -> None:
        self._sink = sink
        self._thread.start()

    def publish(self, publication: Publication) -> int | None:
        if not self.connected:
            return None
        with self._lock:
            if not self.connected:
                return None
            self._handles += publication.qos
            return self._send(publication, self._handles if publication.qos else 0)

    def settle(self, delivery: Delivery) -> None:
        if delivery.qos == 0 or delivery.connection != self._connection:
            return
        with self._lock:
            if delivery.connection == self._connection and self._drop is None:
                self._client.ack(delivery.token, delivery.qos)
                if self._client.want_write():
                    self._waker.wake()

    def reconnect(self, reason: str) -> None:
        with self._lock:
            if self._connection and self._drop is None:
                self._drop = reason
                self._waker.wake()

    def close(self) -> None:
        outside = threading.current_thread() is not self._thread
        with self._lock:
            if self._leaving:
                return
            will = self._setup.will if self.connected else None
            said = will is not None and self._send(will, FAREWELL) is not None
            self._leaving = True
        if said and outside:
            self._farewell.wait(FAREWELL_S)
        with self._lock:
            self._closing = True
            self._waker.wake()
        if self._thread.ident is None:
            self._waker.close()
        elif outside:
            self._thread.join(ANSWER_S)

    # -- inside

    def _lose(self, reason: str) -> None:
        """paho may say twice that a connection is gone; the owner hears it once."""
        self._announce()
        lost, self._connection, self._drop = self._connection, 0, None
        self._owed.clear()
        if lost:
            log.info("disconnected: %s", reason, extra={"action": "link.lost"})
            self._tell(Disconnected(lost, reason, self._clock()))

    def _announce(self) -> None:
        """Connected is told when our subscriptions are on the wire: who publishes next finds us listening."""
        news, self._news = self._news, None
        if news is not None:
            self._tell(news)

    def _tell(self, event: LinkEvent) -> None:
        try:
            self._sink(event)
        except Exception as error:  # noqa: BLE001 - an owner that takes no events is dead, and so is the link
            self._fatal = error

    def _send(self, publication: Publication, handle: int) -> int | None:
        now = self._clock()
        self._drop = self._watch.sending(now)
        if self._drop is not None:
            return None
        info = self._client.publish(
            publication.topic,
            publication.payload,
            publication.qos,
            publication.retain,
            paho_setup.publish_properties(publication.expiry_s),
        )
        if info.rc != paho.MQTT_ERR_SUCCESS:
            return None
        if publication.qos:
            self._owed[info.mid] = (handle, now)
        if self._client.want_write():
            self._waker.wake()
        return handle

    # -- paho's callbacks: the lock is held, and nothing is ever raised into paho

    def _on_connect(self, client: paho.Client, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        client.drop_out_messages()
        self._answered = True
        if reason.is_failure:
            self._complain(f"the broker refused the connection: {reason}")
            return
        self._backoff.reset()
        self._complaint = ""
        self._owed.clear()
        self._connects += 1
        if self._setup.subscriptions:
            client.subscribe([paho_setup.subscription(each) for each in self._setup.subscriptions])
        if self._setup.birth is not None:
            self._send(self._setup.birth, BIRTH)
        self._connection = self._connects
        self._news = Connected(self._connects, bool(flags.session_present), self._clock())

    def _on_disconnect(self, client: paho.Client, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        if not self._answered and self._setup.tls is not None and not self._closing:
            self._complain(self._refusal or NO_WORD)
        self._lose(self._refusal or str(reason))

    def _on_message(self, client: paho.Client, _: Any, message: paho.MQTTMessage) -> None:
        now = self._clock()
        self._drop = self._drop or self._watch.reading(now)
        if self.connected:
            self._announce()
            self._tell(paho_setup.delivery(message, self._connection, now))

    def _on_publish(self, client: paho.Client, _: Any, mid: int, reason: ReasonCode, properties: Any) -> None:
        handle, _at = self._owed.pop(mid, (0, 0.0))
        if handle == FAREWELL:
            self._farewell.set()
        elif handle == BIRTH and reason.is_failure:
            log.error("the broker refused our status: %s", reason, extra={"action": "link.refused"})
        elif handle > 0:
            self._tell(Published(handle, paho_setup.accepted(reason), str(reason), self._clock()))

    def _on_subscribe(self, client: paho.Client, _: Any, mid: int, reasons: Any, properties: Any) -> None:
        for wanted, reason in zip(self._setup.subscriptions, reasons, strict=False):
            if reason.is_failure:
                log.error("subscription %s: %s", wanted.topic_filter, reason, extra={"action": "link.deaf"})
