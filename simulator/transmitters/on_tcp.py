"""A simulated transmitter behind a real TCP port on this machine, for boxes that are reached by socket://host:port."""

from __future__ import annotations

import queue
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from simulator.pager import Air
from simulator.transmitters.base import Box, Greeting, HangUp, OnAir, Say, Seen, Understood


class TcpTransmitter:
    """Listens on the loopback address, on a free port unless told; takes one guest at a time, as such boxes do.

    One thread owns the box. Controls come to it through `do`."""

    def __init__(self, box: Box, air: Air, clock: Callable[[], float], *, port: int = 0) -> None:
        self.box = box
        self.air = air
        self._clock = clock
        self._server = socket.create_server(("127.0.0.1", port))
        self._guest: socket.socket | None = None
        self._controls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = socket.socketpair()
        self._stopping = False
        self._observers: list[Callable[[Seen], None]] = []
        self._thread = threading.Thread(target=self._run, name="tcp transmitter", daemon=True)

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def observe(self, observer: Callable[[Seen], None]) -> None:
        """Called in the transmitter's thread; only before `start`."""
        self._observers.append(observer)

    def start(self) -> str:
        """Returns the URL for the gateway's config."""
        self._thread.start()
        return self.url

    def stop(self) -> None:
        """Safe to call twice."""
        if not self._stopping:
            self._stopping = True
            self._wake()
            self._thread.join(timeout=5)
            self._drop("the server was switched off")
            for one in (self._server, self._wake_read, self._wake_write):
                one.close()

    def do(self, control: Callable[[], None]) -> None:
        """Run something in the owner thread, for instance a change of the box's faults."""
        self._controls.put(control)
        self._wake()

    def hang_up(self) -> None:
        self.do(lambda: self._drop("the connection was cut"))

    # All below runs in the owner thread

    def _wake(self) -> None:
        with suppress(OSError):
            self._wake_write.send(b"x")

    def _run(self) -> None:
        while not self._stopping:
            line = [self._server] if self._guest is None else [self._guest]
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
            self.box.tick(now)
            self._act(now)

    def _timeout(self) -> float | None:
        due = self.box.due()
        return None if due is None else max(0.0, due - self._clock())

    def _welcome(self, now: float) -> None:
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
            self.box.received(data, now)
        else:
            self._drop("the guest is gone")

    def _act(self, now: float) -> None:
        for output in self.box.outputs():
            if isinstance(output, Say):
                self._tell(now, "out", output.data, output.why)
                if self._guest is not None:
                    with suppress(OSError):
                        self._guest.sendall(output.data)
            elif isinstance(output, Understood):
                self._tell(now, "in", output.data, output.why)
            elif isinstance(output, OnAir):
                self._tell(now, "air", b"", f"{output.address}: {output.text}")
                self.air.transmit(output.address, output.text, output.alert, now)
            elif isinstance(output, HangUp):
                self._drop("the server hung up")

    def _drop(self, reason: str) -> None:
        if self._guest is not None:
            self._guest.close()
            self._guest = None
            self.box.hung_up(self._clock())
            self._tell(self._clock(), "line", b"", reason)

    def _tell(self, at: float, direction: str, data: bytes, why: str) -> None:
        for observer in self._observers:
            observer(Seen(at, direction, data, why))
