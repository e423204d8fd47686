"""Ctrl-C and SIGTERM as something that a loop can wait for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from broker_config.ending import Ending


class Stop:
    """Takes the process's signals while it is entered. `at_second` runs, in another thread, when somebody cannot
    wait."""

    def __init__(self, at_second: Callable[[], None] = lambda: None) -> None:
        self.at_second = at_second
        self.by: signal.Signals | None = None
        self._asked = threading.Event()
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self._ending = Ending(self._told, signals, late_s=None)  # `up` ends one part after the other

    def __enter__(self) -> Stop:
        self._ending.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def _told(self, by: signal.Signals) -> None:
        if self.by is not None:
            self.at_second()
        self.by = self.by or by
        self._asked.set()

    def wait(self, seconds: float) -> bool:
        """Sleep; True as soon as the end was asked for."""
        return self._asked.wait(seconds)
