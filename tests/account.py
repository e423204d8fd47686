"""Pure: what hands did to buttons, held against what was written down. It trusts no line of the product's.

`compare` is for hands whose pushes a kill may have swallowed, `audit` for hands that know what each must come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Push:
    """One push of a hand. It came between `since` and `until`, by the hand's own watch.

    `answered`: the light said that it was taken, so it must be found; without that it may be."""

    device: str
    input: int
    since: datetime
    until: datetime
    answered: bool

    def off(self, moment: datetime) -> timedelta:
        """How far a moment lies outside of the time in which it was pushed."""
        return max(self.since - moment, moment - self.until, timedelta())


class Row(Protocol):
    """What is asked of a stored press."""

    @property
    def device(self) -> str: ...
    @property
    def input(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def pressed_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Nothing is wrong when there are no complaints. `found`: pushes that the server has."""

    complaints: list[str]
    found: int
    worst: timedelta
    """The largest mistake in the moment of a push."""


def compare(pushes: Iterable[Push], rows: Iterable[Row], right: timedelta) -> Verdict:
    """Each stored press is one push at that button, its moment right within `right`; each push is stored once at
    most, and once at least when its light had answered; the numbers of a device follow the order of its pushes."""
    made, stored = defaultdict(list), defaultdict(list)
    for push in pushes:
        made[push.device].append(push)
    for row in rows:
        stored[row.device].append(row)
    complaints: list[str] = []
    worst, found = timedelta(), 0
    for device in sorted(made.keys() | stored.keys()):
        mine = sorted(made[device], key=lambda push: push.since)
        taken = [_nearest(mine, row) for row in sorted(stored[device], key=lambda row: row.seq)]
        known = [index for index, _ in taken if index is not None]
        complaints += [f"{device}: {words}" for words in _complaints(mine, taken, known, right)]
        worst = max([worst, *(off for index, off in taken if index is not None and off <= right)])
        found += len(set(known))
    return Verdict(complaints, found, worst)


Taken = tuple[int | None, timedelta]
"""The push that a row stands for, by its place in the order of pushes, and how wrong the row's moment is."""


def _nearest(pushes: Sequence[Push], row: Row) -> Taken:
    here = [(push.off(row.pressed_at), index) for index, push in enumerate(pushes) if push.input == row.input]
    if not here:
        return None, timedelta()
    off, index = min(here)
    return index, off


def _complaints(
    pushes: Sequence[Push], taken: Sequence[Taken], known: Sequence[int], right: timedelta
) -> list[str]:
    found = ["a press at a button that nobody pushed" for index, _ in taken if index is None]
    found += [
        f"{_words(pushes, index)} is {off.total_seconds():.3f} s wrong, or nobody's"
        for index, off in taken
        if index is not None and off > right
    ]
    found += [f"{_words(pushes, index)} is stored {n} times" for index, n in Counter(known).items() if n > 1]
    found += [
        f"{_words(pushes, later)} has a number after {_words(pushes, earlier)}"
        for earlier, later in pairwise(known)
        if later < earlier
    ]
    missing = [index for index, push in enumerate(pushes) if push.answered and index not in set(known)]
    return found + [f"{_words(pushes, index)} is lost: its light had answered" for index in missing]


def _words(pushes: Sequence[Push], index: int) -> str:
    return f"push {index + 1} (input {pushes[index].input}, {pushes[index].since:%H:%M:%S.%f})"


class Fate(StrEnum):
    """What becomes of one touch of a contact."""

    STORED = "stored"
    """Also late, or merged with others."""
    UNDONE = "undone"
    SHORT = "short"
    LOCKOUT = "lockout"
    GESTURE = "gesture"
    """It meant something beside a press of its own: it took one back, or made a drill of one."""
    UNSEEN = "unseen"
    """The unit was dead."""


@dataclass(frozen=True, slots=True)
class Meant:
    """One row that the server must have, at this place in the order of its device."""

    device: str
    input: int
    at: datetime
    kind: str = "press"
    purpose: str = "call"
    via_input: int | None = None
    undone: bool = False


class FullRow(Row, Protocol):
    """All that is asked of a press whose fate is known."""

    @property
    def id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def ref(self) -> UUID | None: ...
    @property
    def via_input(self) -> int | None: ...
    @property
    def state(self) -> str: ...


def audit(
    fates: Counter[Fate], meant: Sequence[Meant], rows: Sequence[FullRow], refused: Counter[str]
) -> list[str]:
    """Complaints. Touches made are stored, undone, or refused for a reason, each as often as the hands know; each row
    is what was meant, in the order in which it was. `refused`: what the units counted."""
    found = [
        f"{words}: {have} instead of {wanted}"
        for words, have, wanted in (
            ("stored", sum(_is_push(row) and row.state != "undone" for row in rows), fates[Fate.STORED]),
            ("undone", sum(_is_push(row) and row.state == "undone" for row in rows), fates[Fate.UNDONE]),
            *((reason.value, refused[reason.value], fates[reason]) for reason in (Fate.SHORT, Fate.LOCKOUT)),
        )
        if have != wanted
    ]
    strange = set(refused) - {Fate.SHORT, Fate.LOCKOUT}
    found += [f"refused as {reason!r}, which nobody expected" for reason in sorted(strange)]
    for device in sorted({one.device for one in meant} | {row.device for row in rows}):
        mine = sorted((row for row in rows if row.device == device), key=lambda row: row.seq)
        found += [
            f"{device}: {words}" for words in _one_by_one([m for m in meant if m.device == device], mine)
        ]
    taken = sorted(str(row.ref) for row in rows if row.kind == "undo")
    if taken != sorted(str(row.id) for row in rows if row.state == "undone"):
        found.append("what was taken back is not what says so")
    return found


def _is_push(row: FullRow) -> bool:
    return row.kind != "undo"


def _one_by_one(meant: Sequence[Meant], rows: Sequence[FullRow]) -> list[str]:
    found = []
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        found.append("its numbers have a gap")
    if len(rows) != len(meant):
        found.append(f"{len(rows)} rows for {len(meant)} things that were meant")
    for row, one in zip(rows, meant, strict=False):
        have = (row.input, row.kind, row.purpose, row.via_input, row.state == "undone")
        wanted = (one.input, one.kind, one.purpose, one.via_input, one.undone)
        if have != wanted:
            return [*found, f"number {row.seq} is {have} instead of {wanted} at {one.at:%H:%M:%S}"]
    return found
