"""The words of a unit's control socket, as what a hand does to one of its contacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from simulator.finger import CHILD_COUNT, CHILD_EVERY_S, Finger

Request: TypeAlias = Mapping[str, Any]


def do(finger: Finger, request: Request) -> None:
    """Raises ValueError for a word that nobody knows, and what reading its figures raises."""
    verb = VERBS.get(str(request["do"]))
    if verb is None:
        raise ValueError(f"nobody can do {request['do']!r} here")
    verb(finger, request)


def _seconds(request: Request, name: str, usual: float) -> float:
    return float(request.get(name, usual * 1000)) / 1000


def _hammer(finger: Finger, request: Request) -> None:
    finger.hammer(int(request.get("count", CHILD_COUNT)), _seconds(request, "every_ms", CHILD_EVERY_S))


def _bounce(finger: Finger, request: Request) -> None:
    profile = str(request.get("profile", "clean"))
    finger.bounce(profile, int(request.get("seed", 0)), _seconds(request, "ms", 0.2))


VERBS: Mapping[str, Callable[[Finger, Request], None]] = {
    "press": lambda finger, request: finger.press(_seconds(request, "ms", 0.2), request.get("profile")),
    "bounce": _bounce,
    "hold": lambda finger, _: finger.down(),
    "lift": lambda finger, _: finger.up(),
    "stick": lambda finger, _: finger.stick(),
    "release": lambda finger, _: finger.release(),
    "brush": lambda finger, request: finger.brush(_seconds(request, "ms", 0.04)),
    "spike": lambda finger, request: finger.spike(int(request.get("count", 20))),
    "hammer": _hammer,
    "fit": lambda finger, request: finger.fit(str(request["switch"])),
    "undo": lambda finger, _: finger.undo(),
    "arrive": lambda finger, _: finger.arrive(),
    "quiet": lambda finger, _: finger.quiet(),
    "drill": lambda finger, _: finger.drill(),
}
