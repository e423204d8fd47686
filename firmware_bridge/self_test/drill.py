"""One drill press walked to its receipt: by the real unit, on its real spool, marked as a drill to the wrist."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from broker_config import codec
from broker_config.errors import ContractError
from broker_config.link import Connected, Delivery, LinkEvent
from broker_config.messages import Light, LightState, PressReceipt, Purpose, ReceiptResult
from firmware_bridge.intents import Intent
from firmware_bridge.self_test.findings import Finding, fine, note, wrong
from firmware_bridge.spool import Spool
from firmware_bridge.unit import Unit

T = TypeVar("T")

CONNECT_S = 10.0
RECEIPT_S = 10.0
LIGHT_S = 8.0
"""How long a page may take to be on the air."""
SAYS = {
    LightState.CALLED: "a page was transmitted",
    LightState.COMING: "somebody is coming",
    LightState.NOBODY: "nobody could be called",
}


def waiting_before(path: str) -> set[str]:
    """Presses that are in the spool already: their receipts are not ours."""
    spool = Spool(path)
    try:
        return {str(spooled.press.id) for spooled in spool.freshest(2**31)}
    finally:
        spool.close()


class Drill:
    """Runs a whole unit for as long as one press takes. `unit` is ended with it."""

    def __init__(self, unit: Unit, number: int, before: set[str], clock: Callable[[], float]) -> None:
        self._unit = unit
        self._number = number
        self._before = before
        self._clock = clock
        self._events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
        self._thread = threading.Thread(target=unit.run, name="self-test unit", daemon=True)

    def walk(self) -> Finding:
        self._unit.listen(self._events.put)
        self._thread.start()
        try:
            return self._walk()
        finally:
            self._unit.stop()
            self._thread.join(10.0)

    def _walk(self) -> Finding:
        if self._wait(CONNECT_S, lambda event: isinstance(event, Connected) or None) is None:
            return wrong("drill", "no connection", "see the line of the broker above")
        began = self._clock()
        self._unit.intend(Intent(self._number, purpose=Purpose.DRILL))
        receipt = self._wait(RECEIPT_S, self._receipt)
        if receipt is None and not self._thread.is_alive():
            return wrong("drill", "the unit died of it", "start the service by hand and read what it says")
        if receipt is None:
            return wrong(
                "drill",
                "no receipt",
                "look at the server's log; the press waits on the disk",
            )
        saw = f"{receipt.result.value} by the server after {(self._clock() - began) * 1000:.0f} ms"
        if receipt.result is not ReceiptResult.STORED:
            return wrong("drill", f"{saw} {receipt.reason}".strip(), "is this button set up in the server?")
        state = self._wait(LIGHT_S, self._answered)
        if state is None:
            return note("drill", f"{saw}, nobody was called within {LIGHT_S:.0f} s", "look at the board")
        if state is LightState.NOBODY:
            return note("drill", f"{saw}; {SAYS[state]}", "who is on duty? See the board")
        return fine("drill", f"{saw}; {SAYS[state]}")

    def _receipt(self, event: LinkEvent) -> PressReceipt | None:
        message = _message(event)
        ours = isinstance(message, PressReceipt) and str(message.id) not in self._before
        return message if ours and isinstance(message, PressReceipt) else None

    def _answered(self, event: LinkEvent) -> LightState | None:
        message = _message(event)
        if isinstance(message, Light) and message.input == self._number and message.state in SAYS:
            return message.state
        return None

    def _wait(self, seconds: float, found: Callable[[LinkEvent], T | None]) -> T | None:
        until = self._clock() + seconds
        while (left := until - self._clock()) > 0:
            try:
                result = found(self._events.get(timeout=left))
            except queue.Empty:
                return None
            if result is not None:
                return result
        return None


def _message(event: LinkEvent) -> object:
    if not isinstance(event, Delivery):
        return None
    try:
        return codec.receive(event).message
    except ContractError:
        return None
