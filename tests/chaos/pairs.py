"""Pure: which of two lists belong together when both keep their order, and some of either have no partner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

BAND = 150
"""Partners stand at most so many places apart: what makes an hour's lists affordable."""


def pairs(
    left: Sequence[A],
    right: Sequence[B],
    together: Callable[[A, B], float],
    alone_left: Callable[[A], float],
    alone_right: Callable[[B], float],
) -> list[tuple[int, int]]:
    """The pairing that costs least. The functions say what a pair costs, and each that stays alone."""
    rows, columns = len(left), len(right)
    band = BAND + abs(rows - columns)
    without_left = [alone_left(one) for one in left]
    without_right = [alone_right(one) for one in right]
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, -1)}]
    for j in range(1, min(columns, band) + 1):
        best[0][j] = (best[0][j - 1][0] + without_right[j - 1], 2)
    for i in range(1, rows + 1):
        above, here = best[i - 1], dict[int, tuple[float, int]]()
        for j in range(max(0, i - band), min(columns, i + band) + 1):
            options = []
            if j in above:
                options.append((above[j][0] + without_left[i - 1], 1))
            if j - 1 in here:
                options.append((here[j - 1][0] + without_right[j - 1], 2))
            if j and j - 1 in above:
                options.append((above[j - 1][0] + together(left[i - 1], right[j - 1]), 0))
            here[j] = min(options)
        best.append(here)
    found, i, j = [], rows, columns
    while i or j:
        step = best[i][j][1]
        if step == 0:
            found.append((i - 1, j - 1))
        i -= step != 2
        j -= step != 1
    return found[::-1]
