"""What a PIN may be: six figures, and none of those that everybody tries first. Pure."""

from __future__ import annotations

import itertools

LENGTH = 6
YEARS = range(1940, 2040)
OBVIOUS = frozenset(
    {
        *("147258", "258369", "369258", "159357", "357159", "159753", "753159", "147369", "963741", "741852"),
        *("520131", "131420", "142536", "415263", "696969", "102030", "121314", "101112", "112358", "314159"),
    }
)
"""Lines on the pad, and figures that people are fond of."""


def is_pin(text: str) -> bool:
    return len(text) == LENGTH and text.isascii() and text.isdigit()


def too_easy(pin: str) -> bool:
    """Whether somebody who knows nobody's PIN would try this one early: about one in twenty of all there are.

    Dates of birth as such are let through: refusing every date would tell a guesser more than it hides."""
    return (
        len(set(pin)) <= 2
        or _is_run(pin)
        or _repeats(pin)
        or _in_pairs(pin)
        or int(pin[:4]) in YEARS
        or int(pin[2:]) in YEARS
        or pin in OBVIOUS
    )


def _is_run(pin: str) -> bool:
    """345678, 987654, 890123, 135791, 086420: the same way from each figure to the next."""
    ways = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    return len(ways) == 1


def _repeats(pin: str) -> bool:
    """121212, 123123; also there and back: 123321."""
    return pin[:2] * 3 == pin or pin[:3] * 2 == pin or pin[:3] == pin[:2:-1]


def _in_pairs(pin: str) -> bool:
    """112233, 447788."""
    return all(pin[at] == pin[at + 1] for at in (0, 2, 4))
