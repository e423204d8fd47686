"""What is drawn from a seed: counts, moments, spreads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(*names: object) -> Random:
    """Randomness of its own for each day and purpose, so that a change in one does not reshuffle the others."""
    return Random(" ".join(str(name) for name in names))  # noqa: S311


def how_many(rng: Random, mean: float) -> int:
    """Of things that happen independently of each other (a Poisson number)."""
    if mean > 40.0:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    left, found = math.exp(-mean), 0
    product = rng.random()
    while product > left:
        found += 1
        product *= rng.random()
    return found


def about(rng: Random, median: float, spread: float) -> float:
    """A positive figure: half of them below the median, few very large ones."""
    return median * math.exp(rng.gauss(0.0, spread))


def one_of(rng: Random, shares: Mapping[T, float]) -> T:
    return rng.choices(list(shares), list(shares.values()))[0]


def place_in(rng: Random, weights: Sequence[float]) -> float:
    """A point of the axis 0 .. len(weights), dense where the weight is high."""
    index = rng.choices(range(len(weights)), weights)[0]
    return index + rng.random()
