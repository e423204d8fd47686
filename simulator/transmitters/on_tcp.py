"""A simulated transmitter behind a real TCP port on this machine, for boxes that are reached by socket://host:port."""

from __future__ import annotations

import queue
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from simulator.faults import Garble
from simulator.pager import Air
from simulator.transmitters.base import Airs, Box, Greeting, HangUp, OnAir, Say, Seen, Understood

BITS = 10


class TcpTransmitter:
    """Listens on the loopback address, on a free port unless told; takes one guest at a time, as such boxes do.

    One thread owns the box. Controls come to it through `do`."""

    def __init__(self, box: Box, air: Air, clock: Callable[[], float], *, port: int = 0) -> None:
        self.box = box
        self.air = air
        self._clock = clock
        self.baudrate: int | None = None
        """Bytes take no time, but on a line that was made slow."""
        self._server: socket.socket | None = socket.create_server(("127.0.0.1", port))
        self._port: int = self._server.getsockname()[1]
        self._garble: Garble | None = None
        self._free_at = 0.0
        self._pending: list[tuple[float, bool, bytes]] = []
        """(moment, whether it is for the gateway, bytes), in the order in which a slow line carries them."""
        self._guest: socket.socket | None = None
        self._controls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = socket.socketpair()
        self._stopping = False
        self._observers: list[Callable[[Seen], None]] = []
        self._thread = threading.Thread(target=self._run, name="tcp transmitter", daemon=True)

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._port}"

    def observe(self, observer: Callable[[Seen], None]) -> None:
        """Called in the transmitter's thread; only before `start`."""
        self._observers.append(observer)

    def start(self) -> str:
        """Returns the URL for the gateway's config."""
        self._thread.start()
        return self.url

    def stop(self) -> None:
        """Safe to call twice, and before `start`."""
        if not self._stopping:
            self._stopping = True
            self._wake()
            if self._thread.is_alive():
                self._thread.join(timeout=5)
            self._drop("the server was switched off")
            self._refuse()
            self._wake_read.close()
            self._wake_write.close()

    def do(self, control: Callable[[], None]) -> None:
        """Run something in the owner thread, for instance a change of the box's faults."""
        self._controls.put(control)
        self._wake()

    def unplug(self) -> None:
        """Nobody answers at its port any more."""

        def out() -> None:
            self._refuse()
            self._drop("the cable was pulled")

        self.do(out)

    def plug(self) -> None:
        self.do(self._plug)

    def garble(self, rate: float, seed: int = 0) -> None:
        """From now on some bytes of either direction arrive as others, or not at all."""
        self.do(lambda: self._set_garble(Garble(rate, seed)))

    def clean(self) -> None:
        self.do(lambda: self._set_garble(None))

    def hang_up(self) -> None:
        self.do(lambda: self._drop("the connection was cut"))

    # All below runs in the owner thread

    def _wake(self) -> None:
        with suppress(OSError):
            self._wake_write.send(b"x")

    def _run(self) -> None:
        while not self._stopping:
            end = self._server if self._guest is None else self._guest
            line = [] if end is None else [end]
            ready, _, _ = select.select([self._wake_read, *line], [], [], self._timeout())
            if self._wake_read in ready:
                self._wake_read.recv(4096)
            while not self._controls.empty():
                self._controls.get()()
            now = self._clock()
            if self._guest is None and self._server in ready:
                self._welcome(now)
            elif self._guest is not None and self._guest in ready:
                self._read(self._guest, now)
            self._carry(now)
            self.box.tick(now)
            self._act(now)

    def _timeout(self) -> float | None:
        moments = [self.box.due(), self._pending[0][0] if self._pending else None]
        first = min((moment for moment in moments if moment is not None), default=None)
        return None if first is None else max(0.0, first - self._clock())

    def _set_garble(self, garble: Garble | None) -> None:
        self._garble = garble

    def _plug(self) -> None:
        if self._server is None:
            self._server = socket.create_server(("127.0.0.1", self._port))
            self._tell(self._clock(), "line", b"", "the line is there")

    def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _travel(self, data: bytes, outward: bool, now: float) -> None:
        if self._garble is not None:
            data = self._garble.spoil(data)
        took = 0.0 if self.baudrate is None else len(data) * BITS / self.baudrate
        self._free_at = max(now, self._free_at) + took
        self._pending.append((self._free_at, outward, data))
        self._carry(now)

    def _carry(self, now: float) -> None:
        """Whatever has arrived by now."""
        while self._pending and self._pending[0][0] <= now:
            _, outward, data = self._pending.pop(0)
            if not outward:
                self.box.received(data, now)
            elif self._guest is not None:
                with suppress(OSError):
                    self._guest.sendall(data)

    def _welcome(self, now: float) -> None:
        assert self._server is not None
        self._guest, _ = self._server.accept()
        self._tell(now, "line", b"", "somebody connects")
        if isinstance(self.box, Greeting):
            self.box.connected(now)

    def _read(self, guest: socket.socket, now: float) -> None:
        try:
            data = guest.recv(4096)
        except OSError:
            data = b""
        if data:
            self._travel(data, False, now)
        else:
            self._drop("the guest is gone")

    def _act(self, now: float) -> None:
        for output in self.box.outputs():
            if isinstance(output, Say):
                self._tell(now, "out", output.data, output.why)
                self._travel(output.data, True, now)
            elif isinstance(output, Understood):
                self._tell(now, "in", output.data, output.why)
            elif isinstance(output, OnAir):
                self._tell(now, "air", b"", f"{output.address}: {output.text}")
                self.air.transmit(output.address, output.text, output.alert, now)
            elif isinstance(output, Airs):
                self._show(Seen(now, "antenna", b"", "", output))
            elif isinstance(output, HangUp):
                self._drop("the server hung up")

    def _drop(self, reason: str) -> None:
        if self._guest is not None:
            self._guest.close()
            self._guest = None
            self._pending.clear()
            self.box.hung_up(self._clock())
            self._tell(self._clock(), "line", b"", reason)

    def _tell(self, at: float, direction: str, data: bytes, why: str) -> None:
        self._show(Seen(at, direction, data, why))

    def _show(self, seen: Seen) -> None:
        for observer in self._observers:
            observer(seen)
