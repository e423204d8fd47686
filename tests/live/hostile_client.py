"""An MQTT client with a device's own name and password that sends whatever it is told, good and bad."""

from __future__ import annotations

import json
import queue
import time
from collections import deque
from uuid import UUID

from broker_config.link import (
    Connected,
    Delivery,
    Disconnected,
    LinkEvent,
    LinkSetup,
    Publication,
    Published,
    Subscription,
    Tls,
)
from broker_config.paho_link import PahoLink
from broker_config.rights import User
from tests.live.hostile import PACKET_LIMIT, Bad, topic

OUTSTANDING = 8
AGAIN_S = 2.0


class HostileClient:
    """Sends `plan` in order, bad ones once, good ones (a press's payload) again until their receipt.

    `lost`: bad messages of which nobody knows whether the broker had them when a connection was lost."""

    def __init__(self, user: User, way: tuple[int, Tls], plan: list[Bad | dict[str, object]]) -> None:
        """`way`: port of the broker, and the authority of its certificate."""
        self.device = user.device
        self.plan = deque(plan)
        self.unsettled: dict[UUID, tuple[dict[str, object], float]] = {}
        self.receipts: dict[UUID, str] = {}
        self.wrong: list[str] = []
        self.lost: list[Bad] = []
        self._sent: dict[int, Bad | None] = {}
        self._heard: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
        self._connected = False
        self._link = PahoLink(
            LinkSetup(
                user.name,
                user.name,
                user.password,
                port=way[0],
                tls=way[1],
                subscriptions=(Subscription(topic(user.device, "receipt")),),
            ),
            delays_s=(0.05, 0.2),
        )
        self._link.open(self._heard.put)

    @property
    def done(self) -> bool:
        return not self.plan and not self._sent and not self.unsettled

    def turn(self) -> None:
        """Take in what was said, send what may be sent now. One thread's work, as everything here."""
        while not self._heard.empty():
            self._hear(self._heard.get())
        while self._connected and self.plan and len(self._sent) < OUTSTANDING:
            following = self.plan[0]
            drops = isinstance(following, Bad) and len(following.payload) > PACKET_LIMIT
            if drops and self._sent:
                return  # what is on its way would be lost with the line
            self.plan.popleft()
            if isinstance(following, Bad):
                self._publish(Publication(following.topic, following.payload, 1, following.retain), following)
                self._connected = self._connected and not drops
            else:
                self._press(following)
        for press, sent_at in list(self.unsettled.values()):
            if self._connected and time.monotonic() - sent_at > AGAIN_S:
                self._press({**press, "try": int(str(press.get("try", 1))) + 1})

    def close(self) -> None:
        self._link.close()

    def _press(self, press: dict[str, object]) -> None:
        self.unsettled[UUID(str(press["id"]))] = (press, time.monotonic())
        self._publish(Publication(topic(self.device), json.dumps(press).encode(), expiry_s=120), None)

    def _publish(self, publication: Publication, bad: Bad | None) -> None:
        handle = self._link.publish(publication)
        if handle is None:
            self._connected = False
            if bad is not None:
                self.plan.appendleft(bad)
        else:
            self._sent[handle] = bad

    def _hear(self, event: LinkEvent) -> None:
        match event:
            case Connected():
                self._connected = True
            case Disconnected():
                self._connected = False
                self.lost += [bad for bad in self._sent.values() if bad is not None and bad.reason]
                self._sent.clear()
            case Published():
                bad = self._sent.pop(event.handle, None)
                if bad is not None and event.accepted is (bad.reason is None):
                    self.wrong.append(f"{bad.topic}: accepted={event.accepted} ({event.reason})")
            case Delivery():
                receipt = json.loads(event.payload)
                press = UUID(receipt["id"])
                if self.unsettled.pop(press, None) is not None:
                    self.receipts[press] = receipt["result"]
                self._link.settle(event)
