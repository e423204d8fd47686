"""How fast a world goes by, against the clock of whoever watches."""

from __future__ import annotations

from collections.abc import Callable

from simulator.world.scene import WorldScene

FRAME_S = 0.05
"""So often a watcher sees something new."""
LEAP_S = 20.0
"""As fast as it goes: so much of the shop's time at once."""


def run_at(
    scene: WorldScene,
    speed: float,
    wait: Callable[[float], None],
    monotonic: Callable[[], float],
    shown: Callable[[], None] = lambda: None,
) -> None:
    """Until it is over. `speed` 0: as fast as this machine can. `shown` is called after each frame. A machine that is
    too slow falls behind and does not try to catch up."""
    due = monotonic()
    while not scene.over:
        scene.advance(speed * FRAME_S if speed else LEAP_S)
        shown()
        due = max(due + FRAME_S, monotonic() - FRAME_S)
        left = due - monotonic()
        if speed and left > 0:
            wait(left)
