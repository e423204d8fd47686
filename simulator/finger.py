"""What hands, sleeves and fridges do to a contact: physical verbs, on mock pins as well as in virtual time.

A staff key that is wired is pushed like any contact. What the unit cannot read from its contact is told to it as an
intention: it is what reading the gesture would come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from broker_config.messages import PressKind, Purpose
from simulator.contacts import PROFILES, Train, push, spikes

Mean = Callable[[PressKind, Purpose], None]
"""Tells the unit what was meant at this button."""


class Finger:
    """What can be done to one button. `drive` sets the contact, `later` calls after some seconds.

    `mean`: None when this is no button but a key. `key`: the button's own staff key, when it is wired."""

    def __init__(
        self,
        drive: Callable[[bool], None],
        later: Callable[[float, Callable[[], None]], object],
        rng: Random,
        mean: Mean | None = None,
    ) -> None:
        self._drive = drive
        self._later = later
        self._rng = rng
        self._mean = mean
        self._stuck = False
        self.key: Finger | None = None

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

    def arrive(self) -> None:
        """A member of staff stands here and uses the staff key."""
        if self.key is not None:
            self.key.press()
        else:
            self._say(PressKind.ARRIVE)

    def quiet(self) -> None:
        """A quiet call for security."""
        self._say(PressKind.QUIET)

    def undo(self) -> None:
        """Take the last press back."""
        self._say(PressKind.UNDO)

    def drill(self) -> None:
        """A real press on purpose, marked as a drill to the wrist."""
        self._say(PressKind.PRESS, Purpose.DRILL)

    def play(self, train: Train) -> None:
        for at, closed in train:
            if at <= 0.0:
                self._set(closed)
            else:
                self._later(at, lambda closed=closed: self._set(closed))  # type: ignore[misc]

    def _set(self, closed: bool) -> None:
        if not self._stuck:
            self._drive(closed)

    def _say(self, kind: PressKind, purpose: Purpose = Purpose.CALL) -> None:
        if self._mean is None:
            raise ValueError(f"a staff key is only pushed: {kind.value} belongs to a button")
        self._mean(kind, purpose)


def tie_keys(fingers: Mapping[int, Finger], keys: Mapping[int, int]) -> None:
    """`keys`: input of a staff key -> input of its button. The first key of a button is the one that is used."""
    for key in sorted(keys, reverse=True):
        fingers[keys[key]].key = fingers[key]
