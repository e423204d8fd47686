"""gpiozero's mock pins, which wake whoever watches them."""

from __future__ import annotations

import threading

from gpiozero.pins.mock import MockFactory, MockPWMPin


class WatchedFactory(MockFactory):  # type: ignore[misc]
    """Mock pins that wake whoever watches them."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        super().__init__(pin_class=WatchedPin)


class WatchedPin(MockPWMPin):  # type: ignore[misc]
    def _change_state(self, value: float) -> bool:
        changed = bool(super()._change_state(value))
        if changed:
            with self.factory.changed:
                self.factory.changed.notify_all()
        return changed
