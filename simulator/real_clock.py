"""What a FakeClock is in virtual time, at the pace of the wall: virtual lines and loops run on it in one thread."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from simulator.clock import Timer

log = logging.getLogger(__name__)


class RealClock:
    """A `clock.Clock`. `later` is that of a RealTimer, in whose thread everything must happen. After `stop` nothing of
    it runs any more. `failed`: a call raised; the timer lives on, whatever hung on this clock does not."""

    def __init__(
        self,
        later: Callable[[float, Callable[[], None]], None],
        clock: Callable[[], float],
        failed: Callable[[], None],
    ) -> None:
        self._later = later
        self._clock = clock
        self._failed = failed
        self._stopped = False

    def boot(self) -> float:
        return self._clock()

    def call_at(self, boot: float, call: Callable[[], None]) -> Timer:
        timer = Timer(boot, call)
        if math.isfinite(boot) and not self._stopped:
            self._later(max(0.0, boot - self._clock()), lambda: self._fire(timer))
        return timer

    def call_later(self, delay: float, call: Callable[[], None]) -> Timer:
        return self.call_at(self._clock() + delay, call)

    def stop(self) -> None:
        self._stopped = True

    def _fire(self, timer: Timer) -> None:
        call, timer.call = timer.call, None
        if call is None or self._stopped:
            return
        try:
            call()
        except Exception:
            log.exception("a simulated line died", extra={"action": "simulate.line"})
            self.stop()
            self._failed()
