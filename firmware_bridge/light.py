"""Pure: what light and buzzer do in each state. Every state has its own rhythm, so colour is never needed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Step = tuple[float, bool]
"""Seconds, and whether it is on for them."""


class Shown(StrEnum):
    """What one button shows: the contract's light states, and what the unit knows by itself."""

    IDLE = "idle"
    SENDING = "sending"
    RECEIVED = "received"
    CALLED = "called"
    COMING = "coming"
    SORRY = "sorry"
    NOBODY = "nobody"
    IDENTIFY = "identify"
    COUNTING = "counting"
    """A second push is held: in a moment the press is taken back."""
    UNDONE = "undone"
    """It was taken back."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Steps in order; `repeats` starts over. After the last step of one that does not repeat, its level stays."""

    steps: tuple[Step, ...]
    repeats: bool = False

    @property
    def length(self) -> float:
        return sum(seconds for seconds, _ in self.steps)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One state from one moment on (boot seconds)."""

    shown: Shown
    since: float
    light: Rhythm
    sound: Rhythm
    volume: int
    """How loud the sound is, 0..10."""


def _blink(*seconds: float) -> Rhythm:
    """On, off, on, off ... and over again."""
    return Rhythm(tuple((length, index % 2 == 0) for index, length in enumerate(seconds)), repeats=True)


def _beeps(*seconds: float) -> Rhythm:
    """The same once, then off."""
    return Rhythm((*_blink(*seconds).steps, (0.0, False)))


DARK = Rhythm(((0.0, False),))
STEADY = Rhythm(((0.0, True),))

# At most three flashes in any second, for people whom faster ones make ill. Whoever looks for 4 s, from whatever
# moment on, has seen which state it is.
STANDARD: dict[Shown, Rhythm] = {
    Shown.IDLE: DARK,
    Shown.SENDING: _blink(0.2, 0.2),
    Shown.RECEIVED: _blink(1.6, 0.4),
    Shown.CALLED: _blink(0.2, 0.2, 0.2, 1.0),
    Shown.COMING: STEADY,
    Shown.SORRY: _blink(0.8, 2.2),
    Shown.NOBODY: _blink(0.2, 0.2, 0.2, 0.2, 0.2, 1.4),
    Shown.IDENTIFY: _blink(0.5, 0.1, 0.1, 0.1),
    Shown.COUNTING: _blink(0.5, 0.5),
    Shown.UNDONE: _blink(0.8, 0.2, 0.2, 0.8),
}
# For places where flashing is not wanted: no change sooner than a second after the one before. It takes 6 s to tell the
# states: with so few changes no more than six rhythms of whole seconds differ in any 4 s, and there are ten states.
SLOW: dict[Shown, Rhythm] = {
    Shown.IDLE: DARK,
    Shown.SENDING: _blink(1.0, 1.0),
    Shown.RECEIVED: _blink(4.0, 1.0),
    Shown.CALLED: _blink(1.0, 1.0, 1.0, 3.0),
    Shown.COMING: STEADY,
    Shown.SORRY: _blink(3.0, 3.0),
    Shown.NOBODY: _blink(1.0, 2.0),
    Shown.IDENTIFY: _blink(3.0, 1.0, 1.0, 1.0),
    Shown.COUNTING: _blink(2.0, 1.0),
    Shown.UNDONE: _blink(2.0, 1.0, 1.0, 2.0),
}
LIGHT_SETS: dict[str, dict[Shown, Rhythm]] = {"std": STANDARD, "slow": SLOW}
# Told by ear: a tick is under 0.05 s, a short one up to 0.2 s, a long one from 0.3 s on.
SOUNDS: dict[Shown, Rhythm] = {
    Shown.IDLE: DARK,
    Shown.SENDING: _beeps(0.03),
    Shown.RECEIVED: _beeps(0.12),
    Shown.CALLED: _beeps(0.12, 0.12, 0.12),
    Shown.COMING: _beeps(0.12, 0.08, 0.12, 0.08, 0.5),
    Shown.SORRY: _beeps(0.5),
    Shown.NOBODY: _beeps(0.5, 0.2, 0.5),
    Shown.IDENTIFY: _blink(0.12, 0.88),
    Shown.COUNTING: _blink(0.03, 0.47),
    Shown.UNDONE: _beeps(0.3, 0.1, 0.12),
}
LOUDEST = 10


def pattern_for(shown: Shown, since: float, lights: str = "std", volume: int = LOUDEST) -> Pattern:
    """The pattern of a state that began at `since`. Volume 0 keeps the light and drops the sound."""
    sound = SOUNDS[shown] if volume > 0 else DARK
    return Pattern(shown, since, LIGHT_SETS[lights][shown], sound, volume)


def level(rhythm: Rhythm, elapsed: float) -> bool:
    """Whether it is on, `elapsed` seconds after its beginning."""
    return rhythm.steps[_place(rhythm, elapsed)[0]][1]


def next_change(rhythm: Rhythm, elapsed: float) -> float | None:
    """Seconds from the rhythm's beginning to its next step; None: it stays as it is."""
    index, ends = _place(rhythm, elapsed)
    if not rhythm.repeats and index == len(rhythm.steps) - 1:
        return None
    return ends


def _place(rhythm: Rhythm, elapsed: float) -> tuple[int, float]:
    """Index of the running step, and when it ends."""
    elapsed = max(0.0, elapsed)
    start = elapsed // rhythm.length * rhythm.length if rhythm.repeats else 0.0
    for index, (seconds, _) in enumerate(rhythm.steps):
        start += seconds
        if elapsed < start:
            return index, start
    return len(rhythm.steps) - 1, max(start, elapsed)
