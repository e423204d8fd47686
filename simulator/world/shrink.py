"""Fewer faults that still fail: halves, quarters, single ones are left out as long as something goes wrong still."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.world.run import Outcome, run

MOST_RUNS = 150


def shrink(failed: Outcome, again: Callable[..., Outcome] = run) -> tuple[list[int], Outcome]:
    """The numbers of the faults that are left, and the run with only them."""
    kept, best = list(range(len(failed.schedule))), failed
    runs = 0
    size = len(kept)
    while size >= 1 and runs < MOST_RUNS:
        for part in _parts(kept, size):
            tried = [one for one in kept if one not in part]
            runs += 1
            out = again(failed.seed, failed.minutes, tried, failed.among)
            if out.misses:
                kept, best = tried, out
                break
            if runs >= MOST_RUNS:
                break
        else:
            size //= 2
        size = min(size, len(kept))
    return kept, best


def _parts(kept: Sequence[int], size: int) -> list[set[int]]:
    return [set(kept[start : start + size]) for start in range(0, len(kept), size)]
