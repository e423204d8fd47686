"""Pacing and percentiles: what every part of the bench counts with."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence


def now() -> float:
    """One clock for all processes of this machine; the one that the product's own stamps use."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def paced(count: int, rate: float) -> Iterator[int]:
    """0, 1, 2 ... at `rate` a second; who comes late does not slow down the ones after it."""
    start = now() + 0.02
    for index in range(count):
        wait = start + index / rate - now()
        if wait > 0:
            time.sleep(wait)
        yield index


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank. `share` 0.5 is the median."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
