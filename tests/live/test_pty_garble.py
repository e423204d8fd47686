"""A garbled serial line on a real pty: both directions spoil bytes until it is clean again."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_config import machine
from simulator.pager import Air
from simulator.transmitters.base import BoxOutput, Say
from simulator.transmitters.on_pty import PtyTransmitter

pytestmark = pytest.mark.live
ENOUGH_S = 30.0


class Heard:
    """A box that only listens."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.says: list[BoxOutput] = []

    def received(self, data: bytes, now: float) -> None:
        self.heard.put(data)

    def hung_up(self, now: float) -> None: ...

    def tick(self, now: float) -> None: ...

    def due(self) -> float | None:
        return None

    def outputs(self) -> list[BoxOutput]:
        says, self.says = self.says, []
        return says


class Line:
    def __init__(self, folder: Path) -> None:
        self.box = Heard()
        self.pty = PtyTransmitter(folder / "tx", self.box, Air(), machine.boot_clock)
        self.port = self.pty.start().open("r+b", buffering=0)

    def settle(self) -> None:
        done = threading.Event()
        self.pty.do(done.set)
        assert done.wait(ENOUGH_S)

    def hears(self, data: bytes) -> bytes:
        """What of it arrives at the transmitter."""
        self.port.write(data)
        return self.box.heard.get(timeout=ENOUGH_S)

    def says(self, data: bytes) -> bytes:
        self.pty.do(lambda: self.box.says.append(Say(data, "")))
        return self.port.read(100)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.port.close()
    made.pty.stop()


def test_both_directions_are_spoilt_until_the_line_is_clean(line: Line) -> None:
    line.pty.garble(1.0, seed=1)
    line.settle()
    for carries in (line.hears, line.says):
        found = carries(b"PAGE" * 8)
        assert 0 < len(found) <= 32
        assert found != b"PAGE" * 8

    line.pty.clean()
    line.settle()
    assert line.hears(b"PAGE") == line.says(b"PAGE") == b"PAGE"
