"""A simulated transmitter on a real pty: survives the gateway, can be unplugged, tells observers every byte."""

from __future__ import annotations

import os
import queue
import select
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from simulator.faults import Garble
from simulator.pager import Air
from simulator.transmitters.base import Airs, Box, HangUp, OnAir, Say, Seen, Understood

BITS = 10


class PtyTransmitter:
    """`path` is a link that always leads to the present pty; it is gone while the cable is out.

    One thread owns the box. Controls and faults come to it through `do`, so nothing is touched by two threads.
    `baudrate` None: bytes take no line time."""

    def __init__(
        self, path: Path, box: Box, air: Air, clock: Callable[[], float], *, baudrate: int | None = None
    ) -> None:
        self.path = path
        self.box = box
        self.baudrate = baudrate
        self._air = air
        self._clock = clock
        self._ends: tuple[int, int] | None = None
        self._back_at: float | None = None
        self._out_free_at = self._in_free_at = 0.0
        self._pending: list[tuple[float, bool, bytes]] = []
        """(moment, whether it is for the gateway, bytes), by line time."""
        self._controls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe()
        self._garble: Garble | None = None
        self._stopping = False
        self._observers: list[Callable[[Seen], None]] = []
        self._thread = threading.Thread(target=self._run, name=f"transmitter {path.name}", daemon=True)

    def observe(self, observer: Callable[[Seen], None]) -> None:
        """Called in the transmitter's thread; only before `start`."""
        self._observers.append(observer)

    def start(self) -> Path:
        """Returns the path for the gateway's config; the line is there already."""
        self._plug()
        self._thread.start()
        return self.path

    def stop(self) -> None:
        """Safe to call twice, and before `start`."""
        if not self._stopping:
            self._stopping = True
            self._wake()
            if self._thread.is_alive():
                self._thread.join(timeout=5)
            self._unplug("the transmitter was switched off")
            os.close(self._wake_read)
            os.close(self._wake_write)

    def do(self, control: Callable[[], None]) -> None:
        """Run something in the owner thread, for instance a change of the box's faults."""
        self._controls.put(control)
        self._wake()

    def unplug(self) -> None:
        self.do(lambda: self._unplug("the cable was pulled"))

    def plug(self) -> None:
        self.do(self._plug)

    def garble(self, rate: float, seed: int = 0) -> None:
        """From now on some bytes of either direction arrive as others, or not at all."""
        self.do(lambda: self._set_garble(Garble(rate, seed)))

    def clean(self) -> None:
        self.do(lambda: self._set_garble(None))

    # All below runs in the owner thread

    def _set_garble(self, garble: Garble | None) -> None:
        self._garble = garble

    def _wake(self) -> None:
        with suppress(OSError):
            os.write(self._wake_write, b"x")

    def _run(self) -> None:
        while not self._stopping:
            line = [self._ends[0]] if self._ends is not None else []
            ready, _, _ = select.select([self._wake_read, *line], [], [], self._timeout())
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
            while not self._controls.empty():
                self._controls.get()()
            if self._ends is not None and self._ends[0] in ready:
                self._read(self._ends[0])
            self._turn(self._clock())

    def _timeout(self) -> float | None:
        due = self.box.due()
        first = self._pending[0][0] if self._pending else None
        moments = [moment for moment in (due, first, self._back_at) if moment is not None]
        return max(0.0, min(moments) - self._clock()) if moments else None

    def _turn(self, now: float) -> None:
        """Everything whose moment has come."""
        if self._back_at is not None and self._back_at <= now:
            self._back_at = None
            self._plug()
        while self._pending and self._pending[0][0] <= now:
            _, outward, data = self._pending.pop(0)
            if outward:
                self._write(data)
            else:
                self.box.received(data, now)
                self._act(now)
        self.box.tick(now)
        self._act(now)

    def _read(self, master: int) -> None:
        try:
            data = os.read(master, 4096)
        except OSError:
            return
        if self._garble is not None:
            data = self._garble.spoil(data)
        now = self._clock()
        if self.baudrate is None:
            self.box.received(data, now)
            self._act(now)
        else:
            self._in_free_at = max(now, self._in_free_at) + len(data) * BITS / self.baudrate
            self._later(self._in_free_at, False, data)

    def _later(self, moment: float, outward: bool, data: bytes) -> None:
        self._pending.append((moment, outward, data))
        self._pending.sort(key=lambda item: item[0])

    def _act(self, now: float) -> None:
        for output in self.box.outputs():
            if isinstance(output, Say):
                self._tell(now, "out", output.data, output.why)
                if self.baudrate is None:
                    self._write(output.data)
                else:
                    took = len(output.data) * BITS / self.baudrate
                    self._out_free_at = max(now, self._out_free_at) + took
                    self._later(self._out_free_at, True, output.data)
            elif isinstance(output, Understood):
                self._tell(now, "in", output.data, output.why)
            elif isinstance(output, OnAir):
                self._tell(now, "air", b"", f"{output.address}: {output.text}")
                self._air.transmit(output.address, output.text, output.alert, now)
            elif isinstance(output, Airs):
                self._show(Seen(now, "antenna", b"", "", output))
            elif isinstance(output, HangUp):
                self._unplug("the transmitter hung up")
                self._back_at = now + output.back_after_s

    def _write(self, data: bytes) -> None:
        if self._garble is not None:
            data = self._garble.spoil(data)
        if self._ends is not None:
            with suppress(OSError):
                os.write(self._ends[0], data)

    def _plug(self) -> None:
        """Our own handle on the gateway's end keeps the line alive when the gateway goes away."""
        if self._ends is not None:
            return
        self._back_at = None
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = (master, slave)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self.path)
        self._tell(self._clock(), "line", b"", "the line is there")

    def _unplug(self, reason: str) -> None:
        if self._ends is None:
            return
        self.path.unlink(missing_ok=True)
        master, slave = self._ends
        self._ends = None
        os.close(slave)
        os.close(master)
        self._pending.clear()
        now = self._clock()
        self.box.hung_up(now)
        self._tell(now, "line", b"", reason)

    def _tell(self, at: float, direction: str, data: bytes, why: str) -> None:
        self._show(Seen(at, direction, data, why))

    def _show(self, seen: Seen) -> None:
        for observer in self._observers:
            observer(seen)
