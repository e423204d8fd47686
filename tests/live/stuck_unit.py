"""A button unit with a weak spot: `python -m tests.live.stuck_unit CONFIG PART hang|die`; SIGUSR1 makes it happen."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from broker_config import logs
from broker_config.config import load
from firmware_bridge.__main__ import compose, serve
from firmware_bridge.config import ButtonUnitSettings
from firmware_bridge.light import Shown, pattern_for
from firmware_bridge.unit import Unit

now = threading.Event()


class WeakPin(MockPin):  # type: ignore[misc]
    def _get_state(self) -> Any:
        if sys.argv[2] == "contacts":
            spot()
        return super()._get_state()


def spot() -> None:
    if now.is_set():
        if sys.argv[3] == "die":
            raise RuntimeError("this part dies, as it was told")
        threading.Event().wait()


def weaken(owner: Any, name: str) -> None:
    """The spot is before each call of this method."""
    before: Callable[..., Any] = getattr(owner, name)

    def weak(*args: Any, **named: Any) -> Any:
        spot()
        return before(*args, **named)

    setattr(owner, name, weak)


def prepare(unit: Unit, part: str) -> None:
    match part:
        case "bridge":
            weaken(unit._bridge, "handle")
        case "spool":
            weaken(unit._spool, "freshest")
        case "link":
            weaken(unit._link, "_pause")
        case "lamps":
            weaken(unit.outputs, "_play")


def main() -> int:
    settings = load(ButtonUnitSettings, Path(sys.argv[1]))
    logs.configure(json=False)
    unit = compose(settings, MockFactory(pin_class=WeakPin))
    prepare(unit, sys.argv[2])

    def begin(*_: object) -> None:
        now.set()
        unit.outputs.show(1, pattern_for(Shown.IDENTIFY, 0.0))  # the player sleeps while nothing is shown

    signal.signal(signal.SIGUSR1, begin)
    return serve(unit)


if __name__ == "__main__":
    sys.exit(main())
