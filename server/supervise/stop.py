"""Ctrl-C and SIGTERM as something that a loop can wait for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType


class Stop:
    """Takes the process's signals while it is entered. `at_second` runs when somebody cannot wait."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, at_second: Callable[[], None] = lambda: None) -> None:
        self.at_second = at_second
        self.by: signal.Signals | None = None
        self._asked = threading.Event()
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Stop:
        for number in self.SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.by is not None:
            self.at_second()
        self.by = self.by or signal.Signals(number)
        self._asked.set()

    def wait(self, seconds: float) -> bool:
        """Sleep; True as soon as the end was asked for."""
        return self._asked.wait(seconds)
