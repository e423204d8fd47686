"""The real button unit on mock pins, with a control socket: `python -m simulator.button_host CONFIG --control SOCKET`.

One JSON object per line. The socket moves input pins and reads output pins:

    {"do": "press", "input": 1, "ms": 200, "profile": "mushroom"}    push and let go
    {"do": "bounce", "input": 1, "ms": 200, "profile": "stop", "seed": 7}
    {"do": "hold", "input": 1}   {"do": "lift", "input": 1}          finger on, finger off
    {"do": "stick", "input": 1}   {"do": "release", "input": 1}      closed whatever the finger does; open again
    {"do": "brush", "input": 1, "ms": 40}   {"do": "spike", "input": 1, "count": 20}
    {"do": "hammer", "input": 1, "count": 20, "every_ms": 250}       a child
    {"do": "fit", "input": 1, "switch": "mushroom"}                  another switch, for all later pushes
    {"do": "undo", "input": 1}       a second push, held; also "arrive", "quiet" and "drill", which are done with the
                                     staff key of the button, where the unit's file has one
    {"do": "light"}    -> {"ok": true, "inputs": {"1": {"light": 1, "buzzer": 0, "state": "sending", ...}}}
    {"do": "watch"}    -> first every input, then a line per change:
                          {"input": 1, "light": 1, "buzzer": 0, "volume": 10, "state": "sending", "at": 8123.4,
                           "finger": true, "stuck": false, "switch": "clean",
                           "pushes": 3, "refused": {"lockout": 1}, "bounce_ms": 12, "faults": ["chatter"]}

Everything but `watch` answers {"ok": true, ...} or {"ok": false, "error": "..."}. Gestures and pushes answer when
the finger has been told to move, not when it is done. `at` is boot-time seconds; `pushes` to `faults` are what the
unit itself has counted since its start."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from broker_config import logs
from broker_config.config import load
from broker_config.enrol.at_start import joins_for, start_again
from broker_config.enrol.told import Told
from broker_config.errors import SetupError
from broker_config.machine import boot_clock
from firmware_bridge.__main__ import compose, serve
from firmware_bridge.buttons import PinFactory
from firmware_bridge.claim import ClaimingUnit
from firmware_bridge.config import ButtonUnitSettings, InputPins
from firmware_bridge.errors import UnitError
from firmware_bridge.hands import Hands
from firmware_bridge.light import LOUDEST, Shown
from firmware_bridge.outputs import GpioOutputs
from firmware_bridge.setup import own_file
from firmware_bridge.unit import Unit
from simulator.control import ControlSocket, Item
from simulator.finger import Finger, tie_keys
from simulator.mock_pins import WatchedFactory
from simulator.timer import RealTimer
from simulator.verbs import do

LOOK_S = 0.1
"""A watcher looks this often even when no pin changed: two states may share a level for a moment."""


class Host:
    """Answers the control socket's requests."""

    def __init__(
        self,
        inputs: tuple[InputPins, ...],
        factory: PinFactory,
        outputs: GpioOutputs,
        later: Callable[[float, Callable[[], None]], object],
        hands: Hands,
    ) -> None:
        self._inputs = {one.n: one for one in inputs}
        self._factory = factory
        self._outputs = outputs
        self._hands = hands
        self._fingers = {
            one.n: Finger(_driver(factory, one), later, random.Random(one.n))  # noqa: S311
            for one in inputs
        }
        tie_keys(self._fingers, {one.n: one.key_for for one in inputs if one.key_for is not None})

    def answer(self, request: dict[str, Any]) -> Iterator[Item]:
        match request["do"]:
            case "light":
                counted = self._counted()
                looks = {str(number): self._look(number) | counted[number] for number in self._inputs}
                yield {"ok": True, "inputs": looks}
            case "watch":
                yield from self._watch()
            case _:
                do(self._fingers[int(request.get("input", 1))], request)
                yield {"ok": True}

    def _counted(self) -> dict[int, dict[str, Any]]:
        """What the unit has made of each contact."""
        now = boot_clock()
        faults = self._hands.faults(now)
        return {
            one.input: {
                "pushes": one.pushes,
                "refused": one.refused,
                "bounce_ms": one.bounce_ms,
                "faults": [fault.kind for fault in faults if fault.input == one.input],
            }
            for one in self._hands.health(now)
        }

    def _look(self, number: int) -> dict[str, Any]:
        pins, pattern, finger = self._inputs[number], self._outputs.pattern(number), self._fingers[number]
        return {
            "light": self._level(pins.light_pin),
            "buzzer": self._level(pins.buzzer_pin),
            "state": (Shown.IDLE if pattern is None else pattern.shown).value,
            "volume": LOUDEST if pattern is None else pattern.volume,
            "finger": finger.on,
            "stuck": finger.stuck,
            "switch": finger.switch,
        }

    def _level(self, pin: int | None) -> int:
        return 0 if pin is None else int(bool(self._factory.pin(pin).state))

    def _watch(self) -> Iterator[Item]:
        """Pins at every change; what the unit has counted, only as often as anybody can read it."""
        seen: dict[int, dict[str, Any]] = {}
        counted, at = self._counted(), boot_clock()
        while True:
            if boot_clock() - at >= LOOK_S:
                counted, at = self._counted(), boot_clock()
            for number in self._inputs:
                now = self._look(number) | counted[number]
                if seen.get(number) != now:
                    seen[number] = now
                    yield {"input": number, **now, "at": boot_clock()}
            with self._factory.changed:
                self._factory.changed.wait(LOOK_S)


def _driver(factory: PinFactory, pins: InputPins) -> Callable[[bool], None]:
    pin = factory.pin(pins.pin)

    def drive(closed: bool) -> None:
        if closed is pins.normally_closed:
            pin.drive_high()
        else:
            pin.drive_low()

    drive(False)
    return drive


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulator.button_host")
    parser.add_argument("config", type=Path)
    parser.add_argument("--control", type=Path, required=True)
    found = parser.parse_args(arguments)
    try:
        factory, timer = WatchedFactory(), RealTimer()
        file = own_file(found.config)
        joins = joins_for(file)
        unit: Unit | ClaimingUnit
        if joins is not None:
            logs.configure()
            unit = ClaimingUnit(file, joins, Told(file.data), factory)
            inputs = unit.inputs
        else:
            settings = load(ButtonUnitSettings, found.config)
            logs.configure(json=settings.log_json)
            unit = compose(settings, factory, path=found.config)
            inputs = settings.inputs
        host = Host(inputs, factory, unit.outputs, timer.later, unit.hands)
        control = ControlSocket(found.control, host.answer)
    except (UnitError, SetupError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    timer.open()
    control.open()
    try:
        code = serve(unit)
    finally:
        control.close()
        timer.close()
    if isinstance(unit, ClaimingUnit) and unit.is_claimed:
        start_again()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
