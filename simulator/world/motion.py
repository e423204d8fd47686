"""A scenario in fast motion for the floor page, as a process of its own: items of the page leave it line by line.

    python -m simulator.world.motion SIMULATE.toml SCENARIO SPEED SEED

Each line is a JSON object of items by their keys. A process of its own, since a world takes memory and all of a core,
and the page's own shop must not feel either. It ends with the scenario; whoever wants it to end sooner kills it."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from broker_config.config import load
from broker_config.errors import SetupError
from simulator.config import SimulateSettings
from simulator.scenarios.format import Scenario
from simulator.scenarios.item import Showing, State, Where, expected
from simulator.scenarios.shelf import find
from simulator.world.floor import WorldFloor
from simulator.world.pacing import FRAME_S, run_at
from simulator.world.scene import WorldScene

SCENARIO = "scenario"


class Motion:
    """Collects what changed, and writes it at most once a frame."""

    def __init__(self, scenario: Scenario, speed: float, out: TextIO, monotonic: Callable[[], float]) -> None:
        self._scenario, self._speed = scenario, speed
        self._out, self._monotonic = out, monotonic
        self._changed: dict[str, Mapping[str, Any]] = {}
        self._next = 0.0

    def put(self, key: str, item: Mapping[str, Any]) -> None:
        self._changed[key] = item

    def play(self, settings: SimulateSettings, seed: int | None, wait: Callable[[float], None]) -> None:
        """Raises SetupError when this shop cannot be played."""
        if settings.shop_file is None:
            raise SetupError("this shop has no file to make a world of")
        floor = WorldFloor(settings, self.put)
        scene = WorldScene(self._scenario, settings.shop_file, seed=seed, dressed=floor.dressed)
        try:
            scene.open()
            floor.watch(scene)
            run_at(scene, self._speed, wait, self._monotonic, lambda: self._frame(scene))
            self._show(scene, State.PASSED if scene.passed else State.FAILED)
        finally:
            scene.close()

    def say(self, state: State, trouble: str = "") -> None:
        """A word when there is no scene to speak of."""
        showing = Showing(self._scenario.id, Where.MOTION, state, speed=self._speed, trouble=trouble)
        self.put(SCENARIO, showing.item())
        self._write()

    def _frame(self, scene: WorldScene) -> None:
        if not scene.over and self._monotonic() >= self._next:
            self._next = self._monotonic() + FRAME_S
            self._show(scene, State.PLAYING)

    def _show(self, scene: WorldScene, state: State) -> None:
        clock, player = scene.shop.clock, scene.player
        verdicts = scene.verdicts if state is not State.PLAYING else None
        self.put(
            SCENARIO,
            Showing(
                self._scenario.id,
                Where.MOTION,
                state,
                round(clock.epoch() * 1000),
                scene.zone.key,
                self._speed,
                1.0 if player is None else player.progress,
                expectations=expected(self._scenario.whole, verdicts),
            ).item(),
        )
        self._write()

    def _write(self) -> None:
        changed, self._changed = self._changed, {}
        self._out.write(json.dumps(changed, ensure_ascii=False) + "\n")
        self._out.flush()


def main(arguments: list[str]) -> int:
    file, name, speed, seed = arguments
    logging.disable(logging.CRITICAL)  # trouble is what was asked for; the page tells it
    motion = Motion(find(name), float(speed), sys.stdout, time.monotonic)
    try:
        motion.play(load(SimulateSettings, Path(file)), int(seed) if seed else None, time.sleep)
    except SetupError as error:
        motion.say(State.BROKEN, str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
