"""Pure: the customers of the floor, one at each pressed button: waits, is helped, is glad, or leaves.

A customer is the floor's, not the server's: whoever presses has somebody standing there, and how that ends is what
staff say when they close the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Any

from simulator.floor.layout import FloorButton

PATIENCE_S = 90.0
"""So long an offended customer waits; then the shop has lost one."""
LEAVES_S = 9.0
"""So long the way out takes; after it the place is free."""
TALK_S = 15.0
"""So long a customer is taken to be helped by somebody whom the floor does not know: one who acts on the board."""


class Mood(StrEnum):
    WAITING = "waiting"
    HELPED = "helped"
    """Somebody of the staff is there."""
    GLAD = "glad"
    """Leaves satisfied."""
    SORRY = "sorry"
    """Was heard, and leaves all the same."""
    LEFT = "left"
    """Did not wait any longer."""
    GONE = "gone"
    """There was nothing, or nobody knows."""


OUTCOMES = {
    "recovered": Mood.GLAD,
    "not_recovered": Mood.SORRY,
    "left_before_contact": Mood.LEFT,
}


@dataclass(slots=True)
class _Customer:
    number: int
    since: float
    mood: Mood = Mood.WAITING
    until: float = 0.0

    @property
    def is_here(self) -> bool:
        return self.mood in (Mood.WAITING, Mood.HELPED)


class Customers:
    """Every method that changes somebody returns the buttons where that happened."""

    def __init__(self, buttons: Sequence[FloorButton]) -> None:
        self._buttons = {one.key: one for one in buttons}
        self._here: dict[str, _Customer] = {}
        self._count = 0

    def came(self, button: str, at: float) -> list[str]:
        """Whoever presses again is the same customer."""
        known = self._here.get(button)
        if button not in self._buttons or self._buttons[button].colour != "red":
            return []
        if known is not None and known.is_here:
            return []
        self._count += 1
        self._here[button] = _Customer(self._count, at, Mood.WAITING, at + PATIENCE_S)
        return [button]

    def helped(self, place: str) -> list[str]:
        """Somebody of the staff arrived at a place, as the server calls it: a button's label or a zone."""
        key = self._waiting_at(place)
        return [] if key is None else self._is_helped(key, inf)

    def helped_unseen(self, button: str, at: float) -> list[str]:
        """The light went out after "somebody is coming"; nobody of the floor's staff need be there."""
        one = self._here.get(button)
        waits = one is not None and one.mood is Mood.WAITING
        return self._is_helped(button, at + TALK_S) if waits else []

    def closed(self, place: str, outcome: str, at: float) -> list[str]:
        key = self._waiting_at(place)
        return [] if key is None else self._goes(key, OUTCOMES.get(outcome, Mood.GONE), at)

    def let_be(self, button: str, at: float) -> list[str]:
        """The press was taken back, or whoever was there has gone without a word."""
        known = self._here.get(button)
        return [] if known is None or not known.is_here else self._goes(button, Mood.GONE, at)

    def turn(self, now: float) -> list[str]:
        """Those whose patience is over, and those who are out of the door."""
        changed = []
        for key, one in list(self._here.items()):
            if now < one.until:
                continue
            if one.is_here:
                changed += self._goes(key, Mood.LEFT if one.mood is Mood.WAITING else Mood.GONE, now)
            else:
                del self._here[key]
                changed.append(key)
        return changed

    def due(self) -> float | None:
        return min((one.until for one in self._here.values() if one.until < inf), default=None)

    def mood(self, button: str) -> Mood | None:
        one = self._here.get(button)
        return None if one is None else one.mood

    def item(self, button: str) -> dict[str, Any]:
        """Empty where nobody is. `since` in the seconds of the clock: the core makes it the time of day."""
        one = self._here.get(button)
        if one is None:
            return {}
        return {"n": one.number, "mood": one.mood.value, "since": one.since, "patience_s": PATIENCE_S}

    def _is_helped(self, key: str, until: float) -> list[str]:
        one = self._here[key]
        one.mood, one.until = Mood.HELPED, until
        return [key]

    def _goes(self, key: str, mood: Mood, at: float) -> list[str]:
        one = self._here[key]
        one.mood, one.until = mood, at + LEAVES_S
        return [key]

    def _waiting_at(self, place: str) -> str | None:
        """Of several in a zone, whoever waits longest."""
        here = [key for key, one in self._here.items() if one.is_here]
        for named in (
            [key for key in here if self._buttons[key].label == place],
            [key for key in here if self._buttons[key].zone == place],
        ):
            if named:
                return min(named, key=lambda key: self._here[key].number)
        return None
