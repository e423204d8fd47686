"""A transmitter and its serial line without a device: the Port of a gateway's sender, with a speed and a plug."""

from __future__ import annotations

from collections.abc import Callable

from pager_gateway.sender import PortBytes, PortLost, PortOpened, SenderInput
from simulator.clock import Clock, Timer
from simulator.faults import Garble
from simulator.pager import Air
from simulator.transmitters.base import Airs, Box, Greeting, HangUp, OnAir, Say, Seen, Understood

REOPEN_S = 0.2
BITS = 10


class VirtualTransmitter:
    """Give it to a SimulatedGateway, or `open` it towards any sender. `baudrate` None: bytes take no time."""

    def __init__(self, clock: Clock, box: Box, air: Air, *, baudrate: int | None = 9600) -> None:
        self._clock = clock
        self.box = box
        self._air = air
        self.baudrate = baudrate
        self._sink: Callable[[SenderInput], None] | None = None
        self._plugged = True
        self._line = 0
        """Counts up whenever the line breaks: bytes of an earlier line never arrive."""
        self._open = False
        self._free_at = {"in": 0.0, "out": 0.0}
        self._timer: Timer | None = None
        self._garble: Garble | None = None
        self._observers: list[Callable[[Seen], None]] = []

    def observe(self, observer: Callable[[Seen], None]) -> None:
        self._observers.append(observer)

    # The gateway's side: sender.Port

    def open(self, sink: Callable[[SenderInput], None]) -> None:
        """Somebody starts to use the port."""
        self._sink = sink
        self._try_to_open()

    def write(self, data: bytes) -> None:
        if self._open:
            self._travel("in", data, lambda: self._arrived(self._spoilt(data)))

    def reopen(self, reason: str) -> None:
        self._break(f"the port is opened anew: {reason}")
        self._clock.call_later(REOPEN_S, self._try_to_open)

    def abandon(self) -> None:
        """The process that used the port is gone."""
        self._sink = None
        if self._open:
            self._drop()

    # Hands

    def unplug(self) -> None:
        self._plugged = False
        self._break("the cable was pulled")

    def plug(self) -> None:
        self._plugged = True
        self._clock.call_later(REOPEN_S, self._try_to_open)

    def do(self, control: Callable[[], None]) -> None:
        """Something happens to the box itself: what comes of it goes out at once."""
        control()
        self._tick()

    def garble(self, rate: float, seed: int = 0) -> None:
        """From now on some bytes of either direction arrive as others, or not at all."""
        self._garble = Garble(rate, seed)

    def clean(self) -> None:
        self._garble = None

    # The line

    def _try_to_open(self) -> None:
        if self._sink is None or self._open:
            return
        if self._plugged:
            self._open = True
            self._sink(PortOpened(self._clock.boot()))
            if isinstance(self.box, Greeting):
                self.box.connected(self._clock.boot())
                self._act()
        else:
            self._sink(PortLost("no carrier: cable?", self._clock.boot()))

    def _break(self, reason: str) -> None:
        self._tell("line", b"", reason)
        if self._open:
            self._drop()
            if self._sink is not None:
                self._sink(PortLost(reason, self._clock.boot()))

    def _drop(self) -> None:
        self._open = False
        self._line += 1
        now = self._clock.boot()
        self._free_at = {"in": now, "out": now}
        self.box.hung_up(now)
        self._act()

    def _travel(self, way: str, data: bytes, arrive: Callable[[], None]) -> None:
        """One direction carries one byte at a time; `arrive` is called with the last of them."""
        took = 0.0 if self.baudrate is None else len(data) * BITS / self.baudrate
        self._free_at[way] = max(self._clock.boot(), self._free_at[way]) + took
        line = self._line
        self._clock.call_at(self._free_at[way], lambda: arrive() if self._line == line else None)

    def _arrived(self, data: bytes) -> None:
        self.box.received(data, self._clock.boot())
        self._act()

    def _act(self) -> None:
        now = self._clock.boot()
        for output in self.box.outputs():
            if isinstance(output, Say):
                self._tell("out", output.data, output.why)
                self._say(output.data)
            elif isinstance(output, Understood):
                self._tell("in", output.data, output.why)
            elif isinstance(output, OnAir):
                self._tell("air", b"", f"{output.address}: {output.text}")
                self._air.transmit(output.address, output.text, output.alert, now)
            elif isinstance(output, Airs):
                self._show(Seen(now, "antenna", b"", "", output))
            elif isinstance(output, HangUp):
                self._break("the transmitter hung up")
                self._clock.call_later(output.back_after_s, self._try_to_open)
        self._plan()

    def _say(self, data: bytes) -> None:
        if self._open:
            self._travel("out", data, lambda: self._heard(self._spoilt(data)))

    def _spoilt(self, data: bytes) -> bytes:
        return data if self._garble is None else self._garble.spoil(data)

    def _heard(self, data: bytes) -> None:
        if self._sink is not None:
            self._sink(PortBytes(data, self._clock.boot()))

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self.box.due()
        self._timer = None if due is None else self._clock.call_at(due, self._tick)

    def _tick(self) -> None:
        self.box.tick(self._clock.boot())
        self._act()

    def _tell(self, direction: str, data: bytes, why: str) -> None:
        self._show(Seen(self._clock.boot(), direction, data, why))

    def _show(self, seen: Seen) -> None:
        for observer in self._observers:
            observer(seen)
