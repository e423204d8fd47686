"""The scenarios of the floor page: in the running shop, and in fast motion. Called from the web server's threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from simulator.floor.app import Busy
from simulator.floor.events import FloorEvent, StaffIs
from simulator.floor.feed import Feed
from simulator.floor.live_play import LivePlay, acts
from simulator.scenarios.format import Scenario
from simulator.scenarios.item import Showing, State, Where, expected, list_item

Make = Callable[[Scenario, int | None, bool], LivePlay]
"""Scenario, seed, whether staff act by themselves now. Raises KeyError and ValueError."""


class Player(Protocol):
    """`motion.Motion`."""

    def play(self, scenario: Scenario, speed: float, seed: int | None) -> bool: ...
    def stop(self, scenario: str | None) -> None: ...


class FloorScenes:
    """Implements `app.Scenes`. `fast` None: this shop has no file to make a world of."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        make: Make,
        fast: Player | None,
        live: Feed,
        motion: Feed,
    ) -> None:
        self._scenarios = {one.id: one for one in scenarios}
        self._make, self._fast, self._live = make, fast, live
        self.motion = motion
        self._lock = threading.Lock()
        self._playing: LivePlay | None = None
        self._acting = False
        for feed in (live, motion):
            feed.put("scenarios", list_item(scenarios, fast is not None))
        live.put("scenario", Showing(None, Where.LIVE).item())

    def play(self, scenario: str, where: Where, speed: float | None, seed: int | None) -> None:
        found = self._scenarios[scenario]
        if where is Where.MOTION:
            if self._fast is None:
                raise KeyError("there is no fast motion here")
            if not self._fast.play(found, found.scenario.speed if speed is None else speed, seed):
                raise Busy
            return
        with self._lock:
            if self._playing is not None and not self._playing.over:
                raise Busy
            if self._playing is not None:
                self._playing.leave()
            try:
                self._playing = playing = self._make(found, seed, self._acting)
            except ValueError as error:
                self._live.put("scenario", _broken(found, str(error)))
                return
            playing.start()

    def stop(self, scenario: str, where: Where) -> None:
        if scenario not in self._scenarios:
            raise KeyError(scenario)
        if where is Where.MOTION:
            if self._fast is not None:
                self._fast.stop(scenario)
        elif self._playing is not None and self._playing.id == scenario:
            self._playing.stop()

    def happened(self, event: FloorEvent) -> None:
        """What is seen in the running shop."""
        playing = self._playing
        if playing is not None and not playing.over:
            playing.happened(event)
            return
        self._acting = acts(event, self._acting)
        if playing is not None and isinstance(event, StaffIs):
            playing.forget()

    def close(self) -> None:
        """Nothing is played any more. Streams of fast motion end."""
        self.motion.close()
        if self._fast is not None:
            self._fast.stop(None)
        if self._playing is not None:
            self._playing.stop()
            self._playing.leave()


def _broken(scenario: Scenario, trouble: str) -> Mapping[str, Any]:
    timeline = scenario.short or scenario.whole
    return Showing(
        scenario.id, Where.LIVE, State.BROKEN, trouble=trouble, expectations=expected(timeline, None)
    ).item()
