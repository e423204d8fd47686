"""When a connection can no longer be trusted. Pure: moments of the boot clock in, a reason or None out."""

from __future__ import annotations

TICK_S = 0.5
"""How often a link's thread looks at the clock when nothing happens."""
FROZEN_S = 1.0
"""A tick this late means that the process stood still, and that bytes in the socket have not aged."""
ANSWER_S = 5.0
"""A broker that owes an answer (CONNACK, PUBACK) for this long is not there."""


class Watch:
    """Keeps the last tick of one link, and when its present connection was begun."""

    def __init__(self, now: float) -> None:
        self._tick = now
        self._opened = now

    def open(self, now: float) -> None:
        """A new connection is being made; making it may have blocked, which is no standstill."""
        self._tick = self._opened = now

    def tick(self, now: float) -> str | None:
        """The thread is awake: was it so in time?"""
        late, self._tick = now - self._tick - TICK_S, now
        return _stood_still(late + TICK_S) if late > FROZEN_S else None

    def reading(self, now: float) -> str | None:
        """A packet was just read: did the process stand still since the tick that led to it?"""
        return _stood_still(now - self._tick) if now - self._tick > FROZEN_S else None

    def sending(self, now: float) -> str | None:
        """Something is about to leave that was written before now: is it older than it says?"""
        waited = now - self._tick
        return _stood_still(waited) if waited > TICK_S + FROZEN_S else None

    def answer(self, now: float, *, connected: bool, oldest_owed: float | None) -> str | None:
        """Whether the broker keeps us waiting too long: for the connection itself, or for a publish."""
        if not connected:
            return "no answer to the connect" if now - self._opened > ANSWER_S else None
        if oldest_owed is not None and now - oldest_owed > ANSWER_S:
            return f"no answer to a publish for {ANSWER_S:.0f} s"
        return None


def _stood_still(seconds: float) -> str:
    return f"the process stood still for {seconds:.1f} s"
