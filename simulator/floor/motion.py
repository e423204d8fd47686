"""Fast motion: a world in a child process, whose items go into a stream of their own. One at a time."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.floor.feed import Feed
from simulator.scenarios.format import Scenario
from simulator.scenarios.item import Showing, State, Where, expected

log = logging.getLogger(__name__)

MODULE = "simulator.world.motion"
UNDER_WAY = (State.STARTING, State.PLAYING)
LEFT_S = 5.0


class Motion:
    """`mirror` gets the scenario's item as well. `module` is for tests."""

    def __init__(
        self,
        settings_file: Path,
        feed: Feed,
        mirror: Callable[[Mapping[str, Any]], None],
        module: str = MODULE,
    ) -> None:
        self._file, self._feed, self._mirror, self._module = settings_file, feed, mirror, module
        self._lock = threading.Lock()
        self._playing: _Playing | None = None
        self._show(Showing(None, Where.MOTION).item())

    def play(self, scenario: Scenario, speed: float, seed: int | None) -> bool:
        """False: another one is played."""
        with self._lock:
            if self._playing is not None and not self._playing.over:
                return False
            if self._playing is not None:
                self._playing.end()
            showing = Showing(
                scenario.id,
                Where.MOTION,
                State.STARTING,
                speed=speed,
                expectations=expected(scenario.whole, None),
            )
            self._show(showing.item())
            arguments = [str(self._file), scenario.id, str(speed), "" if seed is None else str(seed)]
            self._playing = _Playing(self._module, arguments, self._came, showing)
            self._playing.start()
            return True

    def stop(self, scenario: str | None) -> None:
        """That one; None: whichever is played. Returns when its process is gone."""
        with self._lock:
            playing = self._playing
            if playing is not None and scenario in (None, playing.id):
                playing.end()

    def _came(self, items: Mapping[str, Mapping[str, Any]]) -> None:
        for key, item in items.items():
            if key == "scenario":
                self._show(item)
            else:
                self._feed.put(key, item)

    def _show(self, item: Mapping[str, Any]) -> None:
        self._feed.put("scenario", item)
        self._mirror(item)


class _Playing:
    """One child. Its thread starts it, reads it to the end and outlives it: see `leash`."""

    def __init__(
        self,
        module: str,
        arguments: list[str],
        came: Callable[[Mapping[str, Mapping[str, Any]]], None],
        showing: Showing,
    ) -> None:
        self.id = showing.id
        self._argv = [sys.executable, "-m", "simulator.floor.leash", str(os.getpid()), module, *arguments]
        self._came = came
        self._last: Mapping[str, Any] = showing.item()
        self._lock = threading.Lock()
        self._ending = False
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run, name="fast motion", daemon=True)

    @property
    def over(self) -> bool:
        """It has told its ending, or will tell nothing more."""
        return self._last["state"] not in UNDER_WAY or not self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        with self._lock:
            self._ending = True
            if self._process is not None:
                self._process.kill()  # nothing of it is to be kept
        self._thread.join(LEFT_S)

    def _run(self) -> None:
        with self._lock:
            if self._ending:
                return
            self._process = subprocess.Popen(  # noqa: S603
                self._argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._take(line)
        code = self._process.wait()
        if self._last["state"] in UNDER_WAY:
            state = State.STOPPED if self._ending else State.BROKEN
            trouble = "" if self._ending else f"the world ended with code {code}"
            self._came({"scenario": {**self._last, "state": state, "trouble": trouble}})

    def _take(self, line: str) -> None:
        try:
            items = json.loads(line)
        except ValueError:  # its last word was cut off
            return
        self._last = items.get("scenario", self._last)
        self._came(items)
