"""Pure: when each part of the unit last showed that it works. The watchdog is fed only while all of them do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

LOOK_S = 5.0
"""Every contact is read this often and the spool asked: a lost edge is found, and what hangs cannot hide."""
BEAT_S = 10.0
"""How often the parts are asked for when no manager watches: who died is noticed all the same."""
SHARE = 3
"""Beats in one watchdog time: one may be withheld by chance without an end."""

Alive: TypeAlias = Callable[[], bool]
TickedAt: TypeAlias = Callable[[], float | None]


class Pulse:
    """Parts of three kinds. Some tick themselves (`tick`, from their own thread), some are asked when they last
    went round their loop, and some threads that sleep for days can only be seen to be alive."""

    def __init__(
        self,
        ticking: Sequence[str],
        asked: dict[str, TickedAt] | None = None,
        living: dict[str, Alive] | None = None,
        watchdog_s: float | None = None,
    ) -> None:
        self.beat_s = BEAT_S if watchdog_s is None else watchdog_s / SHARE
        self.look_s = min(LOOK_S, self.beat_s / 2)
        self._ticked: dict[str, float | None] = dict.fromkeys(ticking)
        self._asked = asked or {}
        self._living = living or {}

    def tick(self, part: str, at: float) -> None:
        """`part` did its work at this moment. From any thread."""
        self._ticked[part] = at

    def has_begun(self) -> bool:
        """Whether every part has worked once."""
        times = [*self._ticked.values(), *(ask() for ask in self._asked.values())]
        return all(at is not None for at in times) and not self.dead()

    def silent(self, now: float) -> dict[str, float | None]:
        """Parts without a tick in the last beat, with the seconds since (None: never)."""
        times = {**self._ticked, **{part: ask() for part, ask in self._asked.items()}}
        since = {part: None if at is None else now - at for part, at in times.items()}
        return {part: age for part, age in since.items() if age is None or age > self.beat_s}

    def dead(self) -> list[str]:
        """Threads that have ended."""
        return [part for part, alive in self._living.items() if not alive()]
