"""Edge trains of real contacts: how a push on each kind of switch looks to a pin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

Train: TypeAlias = list[tuple[float, bool]]
"""Seconds from the beginning, and whether the contact is closed from then on."""


@dataclass(frozen=True, slots=True)
class Profile:
    """`bounce_s`: the longest bounce at a push or release. `gap_s`: the longest it springs open meanwhile.
    `mean_s`: mean time between two edges of the bounce."""

    bounce_s: float
    gap_s: float
    mean_s: float


PROFILES: Mapping[str, Profile] = {
    "clean": Profile(0.0, 0.0, 0.0),
    "panel": Profile(0.00032, 0.0001, 0.00005),
    "tactile": Profile(0.014, 0.004, 0.001),
    "membrane": Profile(0.133, 0.010, 0.004),
    "dirty": Profile(0.973, 0.010, 0.006),
    "capacitor": Profile(0.434, 0.010, 0.005),
    "mushroom": Profile(0.646, 0.010, 0.0005),
    "mushroom-nc": Profile(0.465, 0.010, 0.0008),
    "stop": Profile(0.660, 0.010, 0.001),
    "elastomer": Profile(0.005, 0.001, 0.0003),
}
"""The rows of the measurements, by the name that the floor page and tests use."""


def push(profile: Profile, held_s: float, rng: Random) -> Train:
    """A finger that rests on the button for `held_s`. While it does, the contact is closed for most of any
    60 ms; after it has gone, open for most of them. Begins and ends open."""
    begins = closing(profile, rng, min(profile.bounce_s, held_s))
    ends = [(held_s + at, closed) for at, closed in opening(profile, rng)]
    return begins + ends


def closing(profile: Profile, rng: Random, longest_s: float | None = None) -> Train:
    """A finger comes; it has not gone yet."""
    lasts_s = profile.bounce_s if longest_s is None else longest_s
    return _bounce(profile, lasts_s * rng.uniform(0.3, 1.0), True, rng)


def opening(profile: Profile, rng: Random) -> Train:
    """A finger goes."""
    return _bounce(profile, profile.bounce_s * rng.uniform(0.1, 1.0), False, rng)


def spikes(count: int, rng: Random, every_s: float = 0.010) -> Train:
    """What a fridge puts on a long wire: pulses shorter than 5 ms, often at twice the mains' frequency."""
    train: Train = []
    for index in range(count):
        start = index * every_s
        train += [(start, True), (start + rng.uniform(0.00005, 0.0049), False)]
    return train


def _bounce(profile: Profile, lasts_s: float, settles: bool, rng: Random) -> Train:
    """Edges around the level `settles`, which holds for most of the time and in the end."""
    train: Train = [(0.0, settles)]
    if profile.mean_s == 0.0:
        return train
    at = 0.0
    while True:
        settled_for = rng.expovariate(1.0 / (1.5 * profile.mean_s)) + 0.2 * profile.mean_s
        at += settled_for
        back = at + min(profile.gap_s, settled_for / 3, rng.expovariate(2.0 / profile.mean_s))
        if back >= lasts_s:
            return train
        train += [(at, not settles), (back, settles)]
        at = back
