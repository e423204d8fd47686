"""What hands, sleeves and fridges do to a contact: physical verbs, on mock pins as well as in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from simulator.contacts import PROFILES, Train, push, spikes


class Finger:
    """What can be done to one button. `drive` sets the contact, `later` calls after some seconds."""

    def __init__(
        self, drive: Callable[[bool], None], later: Callable[[float, Callable[[], None]], object], rng: Random
    ) -> None:
        self._drive = drive
        self._later = later
        self._rng = rng
        self._stuck = False

    def press(self, seconds: float = 0.2, profile: str = "clean") -> None:
        """Push and let go. Returns at once; the edges come at their own moments."""
        self.play(push(PROFILES[profile], seconds, self._rng))

    def hold(self, seconds: float) -> None:
        self.press(seconds)

    def bounce(self, profile: str, seed: int, seconds: float = 0.2) -> None:
        """A push whose edges depend on nothing but `seed`."""
        self.play(push(PROFILES[profile], seconds, Random(seed)))  # noqa: S311

    def brush(self, seconds: float = 0.04) -> None:
        """A sleeve."""
        self.press(seconds)

    def spike(self, count: int = 20) -> None:
        """A fridge starts near the wire."""
        self.play(spikes(count, self._rng))

    def stick(self) -> None:
        """The contact closes and stays so, whatever the finger does, until `release`."""
        self._drive(True)
        self._stuck = True

    def release(self) -> None:
        self._stuck = False
        self._drive(False)

    def play(self, train: Train) -> None:
        for at, closed in train:
            if at <= 0.0:
                self._set(closed)
            else:
                self._later(at, lambda closed=closed: self._set(closed))  # type: ignore[misc]

    def _set(self, closed: bool) -> None:
        if not self._stuck:
            self._drive(closed)
