"""The real button unit on mock pins, with a control socket: `python -m simulator.button_host CONFIG --control SOCKET`.

One JSON object per line. The socket moves input pins and reads output pins:

    {"do": "press", "input": 1, "ms": 200, "profile": "mushroom"}    push and let go
    {"do": "bounce", "input": 1, "ms": 200, "profile": "stop", "seed": 7}
    {"do": "hold", "input": 1}   {"do": "release", "input": 1}       finger on, finger off
    {"do": "stick", "input": 1}                                      until "release"
    {"do": "brush", "input": 1, "ms": 40}   {"do": "spike", "input": 1, "count": 20}
    {"do": "arrive", "input": 1}     the button's staff key; also "quiet", "undo" and "drill", which the unit is
                                     told as intentions when no key for it is wired
    {"do": "light"}    -> {"ok": true, "inputs": {"1": {"light": 1, "buzzer": 0, "state": "sending"}}}
    {"do": "watch"}    -> first every input, then a line per change:
                          {"input": 1, "light": 1, "buzzer": 0, "state": "sending", "at": 8123.4}

Everything but `watch` answers {"ok": true, ...} or {"ok": false, "error": "..."}. Press and bounce answer when
the finger has been told to move, not when it is done. `at` is boot-time seconds."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from broker_config import logs
from broker_config.config import load
from broker_config.errors import SetupError
from broker_config.machine import boot_clock
from firmware_bridge.__main__ import compose, serve
from firmware_bridge.buttons import PinFactory
from firmware_bridge.config import ButtonUnitSettings, InputPins
from firmware_bridge.errors import UnitError
from firmware_bridge.intents import Intent
from firmware_bridge.light import Shown
from firmware_bridge.outputs import GpioOutputs
from simulator.control import ControlSocket, Item
from simulator.finger import Finger, Mean, tie_keys
from simulator.mock_pins import WatchedFactory
from simulator.timer import RealTimer

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
        intend: Callable[[Intent], None],
    ) -> None:
        self._inputs = {one.n: one for one in inputs}
        self._factory = factory
        self._outputs = outputs
        self._fingers = {
            one.n: Finger(
                _driver(factory, one),
                later,
                random.Random(one.n),  # noqa: S311
                _meaner(one.n, intend) if one.key_for is None else None,
            )
            for one in inputs
        }
        tie_keys(self._fingers, {one.n: one.key_for for one in inputs if one.key_for is not None})

    def answer(self, request: dict[str, Any]) -> Iterator[Item]:
        match request["do"]:
            case "light":
                yield {"ok": True, "inputs": {str(number): self._look(number) for number in self._inputs}}
            case "watch":
                yield from self._watch()
            case verb:
                self._move(verb, request)
                yield {"ok": True}

    def _move(self, verb: str, request: dict[str, Any]) -> None:
        finger = self._fingers[int(request.get("input", 1))]
        seconds, profile = float(request.get("ms", 200)) / 1000, str(request.get("profile", "clean"))
        match verb:
            case "press":
                finger.press(seconds, profile)
            case "bounce":
                finger.bounce(profile, int(request.get("seed", 0)), seconds)
            case "brush":
                finger.brush(float(request.get("ms", 40)) / 1000)
            case "spike":
                finger.spike(int(request.get("count", 20)))
            case "hold" | "stick":
                finger.stick()
            case "release":
                finger.release()
            case "arrive":
                finger.arrive()
            case "quiet":
                finger.quiet()
            case "undo":
                finger.undo()
            case "drill":
                finger.drill()
            case _:
                raise ValueError(f"nobody can do {verb!r} here")

    def _look(self, number: int) -> dict[str, Any]:
        pins, pattern = self._inputs[number], self._outputs.pattern(number)
        return {
            "light": self._level(pins.light_pin),
            "buzzer": self._level(pins.buzzer_pin),
            "state": (Shown.IDLE if pattern is None else pattern.shown).value,
        }

    def _level(self, pin: int | None) -> int:
        return 0 if pin is None else int(bool(self._factory.pin(pin).state))

    def _watch(self) -> Iterator[Item]:
        seen: dict[int, dict[str, Any]] = {}
        while True:
            for number in self._inputs:
                now = self._look(number)
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


def _meaner(number: int, intend: Callable[[Intent], None]) -> Mean:
    return lambda kind, purpose: intend(Intent(number, kind, purpose))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulator.button_host")
    parser.add_argument("config", type=Path)
    parser.add_argument("--control", type=Path, required=True)
    found = parser.parse_args(arguments)
    try:
        settings = load(ButtonUnitSettings, found.config)
        logs.configure(json=settings.log_json)
        factory, timer = WatchedFactory(), RealTimer()
        unit = compose(settings, factory)
        host = Host(settings.inputs, factory, unit.outputs, timer.later, unit.intend)
        control = ControlSocket(found.control, host.answer)
    except (UnitError, SetupError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    timer.open()
    control.open()
    try:
        return serve(unit)
    finally:
        control.close()
        timer.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
