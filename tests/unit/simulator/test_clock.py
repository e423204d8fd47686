"""Virtual time goes on, whatever a core waits for."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.clock import FakeClock, VirtualLoop


class Waiting:
    """Due at one moment of its own clock."""

    def __init__(self, due: float) -> None:
        self._due: float | None = due
        self.calls: list[float] = []

    def handle(self, events: Sequence[None], now: float) -> None:
        self.calls.append(now)
        assert len(self.calls) < 10, "it is called again and again at one moment"
        if self._due is not None and now >= self._due:
            self._due = None

    def due(self) -> float | None:
        return self._due


def test_a_moment_between_two_ticks_of_the_clock_comes() -> None:
    time = FakeClock(boot=1_015.4067275997802)
    zero = time.boot() - 4.306727599780174
    core = Waiting(4.3067275997802135)
    VirtualLoop(core, time, lambda: time.boot() - zero).start()
    time.advance(1.0)
    assert core.due() is None
    assert len(core.calls) == 1
