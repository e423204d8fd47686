"""Which presses of a unit never came: its counter has no gap without a loss.

Presses come in any order, the freshest first, and some come twice. So a number that is not here yet is missing only
when the unit itself says that it got further and that nothing waits in its spool: it had a receipt for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

Range: TypeAlias = tuple[int, int]
"""First and last number, both in it."""
MOST = 100
"""Ranges that are remembered of one unit; with more holes than that the oldest one is given up."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Ranges are in order, apart from each other and never touch."""

    known: int | None = None
    """Up to here every number came or is in `missing`. None: nothing was heard of this unit's counter yet, and nobody
    can tell what came before the first number that is."""
    missing: tuple[Range, ...] = ()
    """At or below `known`."""
    above: tuple[Range, ...] = ()
    """Came, above `known` with a hole before each."""
    run: str = ""
    """The process that the highest number is of."""
    went_back: int = 0
    """How often the counter began anew: its spool was lost."""
    doubt: str = ""
    """The process that told of a lower number once: it may only have been overtaken by its successor's press."""

    @property
    def top(self) -> int:
        return self.above[-1][1] if self.above else self.known or 0

    @property
    def lost(self) -> int:
        """How many numbers are missing."""
        return sum(last - first + 1 for first, last in self.missing)


def came(counter: Counter, seq: int, run: str) -> Counter:
    """A press with this number was stored or refused, now or before."""
    known = counter.known
    if known is None:
        return replace(counter, known=seq, run=run)
    if seq > counter.top:
        counter = replace(counter, run=run)
    if seq <= known:
        return _filled(counter, seq) if counter.missing else counter
    if seq == known + 1 and not counter.above:
        return replace(counter, known=seq)
    above = join((*counter.above, (seq, seq)))
    if len(above) > MOST:
        hole = (known + 1, above[0][0] - 1)
        counter = replace(counter, known=hole[1], missing=_kept((*counter.missing, hole)))
    return _close_up(counter, above)


def told(counter: Counter, seq: int, spool: int, run: str) -> Counter:
    """The unit says how far its counter got and how many presses wait for a receipt. `seq` 0: it does not say, or it
    is new: nothing can be missing then, and from its first press on everything is counted."""
    known = counter.known
    if known is None:
        return counter if spool else replace(counter, known=seq, run=run)
    if seq == 0:
        return counter
    if seq < counter.top and run != counter.run:  # of the same process it was only overtaken by a press
        if run != counter.doubt:
            return replace(counter, doubt=run)
        return Counter(seq, run=run, went_back=counter.went_back + 1)
    if seq >= counter.top and (run, "") != (counter.run, counter.doubt):
        counter = replace(counter, run=run, doubt="")
    if spool or seq <= known:
        return counter
    holes = _holes(known, counter.above, seq)
    counter = replace(counter, known=seq, missing=_kept((*counter.missing, *holes)))
    return _close_up(
        counter, tuple((max(first, seq + 1), last) for first, last in counter.above if last > seq)
    )


def forgiven(counter: Counter) -> Counter:
    """What is missing was told for long enough."""
    return replace(counter, missing=())


def in_words(ranges: Iterable[Range], most: int = 8) -> str:
    """`5-7, 9`; of many the last ones."""
    parts = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    return ", ".join(parts if len(parts) <= most else ["…", *parts[-most:]])


def write(counter: Counter) -> dict[str, Any]:
    """All but `known`, which has a column of its own."""
    found = {
        "missing": [list(one) for one in counter.missing],
        "above": [list(one) for one in counter.above],
        "run": counter.run,
        "went_back": counter.went_back,
    }
    return {name: value for name, value in found.items() if value}


def read(known: int | None, rest: Mapping[str, Any]) -> Counter:
    return Counter(
        known,
        tuple((first, last) for first, last in rest.get("missing", ())),
        tuple((first, last) for first, last in rest.get("above", ())),
        rest.get("run", ""),
        rest.get("went_back", 0),
    )


def join(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """In order, and as few as possible."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def _close_up(counter: Counter, above: tuple[Range, ...]) -> Counter:
    """Ranges that touch `known` are known."""
    known = counter.known or 0
    while above and above[0][0] <= known + 1:
        known, above = max(known, above[0][1]), above[1:]
    return replace(counter, known=known, above=above)


def _holes(known: int, above: Iterable[Range], end: int) -> list[Range]:
    found, at = [], known + 1
    for first, last in above:
        if first > end:
            break
        if first > at:
            found.append((at, first - 1))
        at = last + 1
    if at <= end:
        found.append((at, end))
    return found


def _kept(missing: Iterable[Range]) -> tuple[Range, ...]:
    return join(missing)[-MOST:]


def _filled(counter: Counter, seq: int) -> Counter:
    """One that was missing came after all."""
    missing: list[Range] = []
    for first, last in counter.missing:
        if first <= seq <= last:
            missing += [part for part in ((first, seq - 1), (seq + 1, last)) if part[0] <= part[1]]
        else:
            missing.append((first, last))
    return replace(counter, missing=tuple(missing[-MOST:]))
