"""Fingers at the buttons, and what they know: which button was pushed when, and whether its light answered."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from broker_config.machine import boot_clock
from tests.chaos.plan import Place, Touch

PUSH_MS, BRUSH_MS = 250, 20
FIRST_MS = 110
"""Of a push that is soon followed by another: between the two the finger must be off."""
FREE_S = {"press": 0.6, "brush": 0.6, "undo": 5.0}
"""How long a finger has to do with the button."""
SECOND_S, HELD_S = 0.4, 3.3
"""When the second push of an undo comes, and how long it is held."""
ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that a hand did. `at`: boot-time seconds, for lights."""

    place: Place
    verb: str
    since: datetime
    until: datetime
    at: float


class Hands:
    """`controls`: unit -> the socket of its pins."""

    def __init__(self, controls: dict[str, Path], places: list[Place], lives: Callable[[str], bool]) -> None:
        self._controls = controls
        self._places = places
        self._lives = lives
        self._free_at: dict[Place, float] = {}
        self.made: list[Made] = []
        self.elsewhere = 0
        """Touches for which another button was taken: the planned one was dead, or somebody's finger was on it."""
        self.none = 0
        """Touches for which there was no button at all."""

    def touch(self, touch: Touch) -> None:
        place = self._place(touch.place)
        if place is None:
            self.none += 1
            return
        self.elsewhere += place != touch.place
        at, since = boot_clock(), datetime.now(UTC)
        self._free_at[place] = at + FREE_S[touch.verb]
        if touch.verb == "brush":
            self._ask(place, do="brush", ms=BRUSH_MS)
        else:
            self._ask(place, do="press", ms=FIRST_MS if touch.verb == "undo" else PUSH_MS)
        if touch.verb == "undo":
            self._ask(place, do="undo")
        self.made.append(Made(place, touch.verb, since, datetime.now(UTC), at))

    def _place(self, wanted: Place) -> Place | None:
        """The wanted button, or the next one at which there is anything to push."""
        start, now = self._places.index(wanted), boot_clock()
        for place in self._places[start:] + self._places[:start]:
            if self._free_at.get(place, 0.0) <= now and self._lives(place[0]):
                return place
        return None

    def _ask(self, place: Place, **request: object) -> None:
        """A unit so busy that it does not answer has the request all the same."""
        unit, number = place
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_S)
            line.connect(str(self._controls[unit]))
            line.sendall(json.dumps({"input": number, **request}).encode() + b"\n")
            line.makefile("rb").readline()
