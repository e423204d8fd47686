"""The server's side of presses on a real broker: it hears, and answers when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from uuid import UUID

from broker_config import codec
from broker_config.channels import RECEIPT
from broker_config.link import Delivery, LinkEvent
from broker_config.messages import Press, PressReceipt, ReceiptResult, Telemetry
from broker_config.paho_link import PahoLink
from broker_config.presence import link_setup
from tests.live.brokers import SERVER, STORE, users


class Receiver:
    """One thread calls `work`, as often as it waits for something."""

    def __init__(self, port: int, device: str) -> None:
        self._device = device
        self._events: SimpleQueue[LinkEvent] = SimpleQueue()
        self._link = PahoLink(link_setup(users()[SERVER], run="5e12ee00", boot="5e12ee01", sw="1", port=port))
        self.answers = False
        self.presses: dict[UUID, Press] = {}
        self.telemetry: list[Telemetry] = []
        self._owed: dict[UUID, None] = {}
        self._link.open(self._events.put)

    @property
    def seqs(self) -> list[int]:
        """Numbers of the presses that were heard, in their order."""
        self.work()
        return sorted(press.seq for press in self.presses.values())

    @property
    def faults(self) -> list[str]:
        """What the unit said last is wrong with it."""
        self.work()
        return [fault.kind for fault in self.telemetry[-1].faults] if self.telemetry else []

    def work(self) -> None:
        while True:
            try:
                event = self._events.get_nowait()
            except Empty:
                break
            if isinstance(event, Delivery):
                self._hear(event)
                self._link.settle(event)
        while self.answers and self._owed:
            one = next(iter(self._owed))
            receipt = PressReceipt(id=one, result=ReceiptResult.STORED, at=datetime.now(UTC))
            if self._link.publish(codec.publication(RECEIPT, STORE, "b", self._device, receipt)) is None:
                break
            del self._owed[one]

    def close(self) -> None:
        self._link.close()

    def _hear(self, delivery: Delivery) -> None:
        message = codec.receive(delivery).message
        if isinstance(message, Press):
            self.presses[message.id] = message
            self._owed[message.id] = None
        elif isinstance(message, Telemetry):
            self.telemetry.append(message)
