"""What hands, sleeves and fridges do to a contact: physical verbs, on mock pins as well as in virtual time.

Nobody tells the unit what was meant: whoever takes a press back pushes again and holds, and staff turn their key."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from random import Random

from simulator.contacts import PROFILES, Train, closing, opening, push, spikes

PRESS_S = 0.2
HELD_S = 3.2
"""A gesture is held for three seconds; a hand lets go a little later."""
AGAIN_S = 0.4
"""No finger comes again sooner."""
DRILL_KEY_S = 0.3
"""How long the key is on before the other hand pushes the button."""
DRILL_S = 0.9
CHILD_COUNT, CHILD_EVERY_S = 20, 0.25


class Finger:
    """What can be done to one contact. `drive` sets it, `later` calls after some seconds.

    Verbs return at once; the edges come at their own moments. `key`: the staff key of this button, where one is
    wired. `switch`: what is built in here, by its name in `contacts.PROFILES`."""

    def __init__(
        self,
        drive: Callable[[bool], None],
        later: Callable[[float, Callable[[], None]], object],
        rng: Random,
    ) -> None:
        self._drive = drive
        self._later = later
        self._rng = rng
        self._lock = threading.Lock()  # a timer plays edges while a hand does the next thing
        self._touches = 0
        self._down = False
        self._moves = 0
        self.stuck = False
        self.switch = "clean"
        self.key: Finger | None = None

    @property
    def on(self) -> bool:
        """Whether a finger rests here now, whatever the contact makes of it."""
        return self._touches > 0

    def fit(self, switch: str) -> None:
        """Build another switch in. Raises ValueError when nobody sells it."""
        if switch not in PROFILES:
            raise ValueError(f"no switch {switch!r}: there are {', '.join(PROFILES)}")
        self.switch = switch

    def press(self, seconds: float = PRESS_S, profile: str | None = None) -> None:
        """Push and let go."""
        self._touch(push(PROFILES[profile or self.switch], seconds, self._rng), seconds)

    def down(self) -> None:
        """Push, and stay until `up`."""
        with self._lock:
            if self._down:
                return
            self._down = True
            self._touches += 1
        self._move(closing(PROFILES[self.switch], self._rng))

    def up(self) -> None:
        with self._lock:
            if not self._down:
                return
            self._down = False
            self._touches -= 1
        self._move(opening(PROFILES[self.switch], self._rng))

    def bounce(self, profile: str, seed: int, seconds: float = PRESS_S) -> None:
        """A push whose edges depend on nothing but `seed`."""
        self._touch(push(PROFILES[profile], seconds, Random(seed)), seconds)  # noqa: S311

    def brush(self, seconds: float = 0.04) -> None:
        """A sleeve."""
        self.press(seconds)

    def spike(self, count: int = 20) -> None:
        """A fridge starts near the wire."""
        self.play(spikes(count, self._rng))

    def hammer(self, count: int = CHILD_COUNT, every_s: float = CHILD_EVERY_S) -> None:
        """A child."""
        for number in range(count):
            seconds = every_s * self._rng.uniform(0.3, 0.6)
            self._after(number * every_s, lambda seconds=seconds: self.press(seconds))  # type: ignore[misc]

    def stick(self) -> None:
        """The contact closes and stays so, whatever the finger does, until `release`."""
        with self._lock:
            self.stuck = True
            self._drive(True)

    def release(self) -> None:
        """Whatever holds the contact closed is gone: finger, glue, both."""
        self.up()
        with self._lock:
            self.stuck = False
            self._drive(False)

    # gestures

    def undo(self) -> None:
        """The customer takes the press back: the finger comes again, and stays."""
        self._after(AGAIN_S, lambda: self.press(HELD_S))

    def arrive(self) -> None:
        """A member of staff stands here and says so with the key."""
        self._wired_key().press()

    def quiet(self) -> None:
        """A call for security that nobody here sees or hears: the key, held."""
        self._wired_key().press(HELD_S)

    def drill(self) -> None:
        """A press on purpose: the key is on while the button is pushed."""
        self._wired_key().press(DRILL_S)
        self._after(DRILL_KEY_S, self.press)

    def play(self, train: Train) -> None:
        for at, closed in train:
            self._after(at, lambda closed=closed: self._set(closed))  # type: ignore[misc]

    def _touch(self, train: Train, seconds: float) -> None:
        self._count(1)
        self._after(seconds, lambda: self._count(-1))
        self.play(train)

    def _count(self, change: int) -> None:
        with self._lock:
            self._touches += change

    def _move(self, train: Train) -> None:
        """A finger that goes ends the bounce of its coming."""
        with self._lock:
            self._moves += 1
            move = self._moves
        for at, closed in train:
            self._after(at, lambda closed=closed: self._set(closed, move))  # type: ignore[misc]

    def _set(self, closed: bool, move: int | None = None) -> None:
        with self._lock:
            if not self.stuck and move in (None, self._moves):
                self._drive(closed)

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        if seconds <= 0.0:
            call()
        else:
            self._later(seconds, call)

    def _wired_key(self) -> Finger:
        if self.key is None:
            raise ValueError(
                "no staff key is wired for this input: add one with role = key to the unit's file"
            )
        return self.key


def tie_keys(fingers: Mapping[int, Finger], keys: Mapping[int, int]) -> None:
    """`keys`: input of a staff key -> input of its button. The first key of a button is the one that is used."""
    for key in sorted(keys, reverse=True):
        fingers[keys[key]].key = fingers[key]
