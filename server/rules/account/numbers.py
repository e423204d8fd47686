"""Numbers of a unit against the presses that came: a hole is refused, still on its way, or lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.rules.account.kinds import Gap, GapKind
from server.rules.gaps import Range, in_words

WAITS = timedelta(minutes=10)
"""So long a press may be on its way before somebody should look."""
EARLIER = timedelta(minutes=1)
"""A press may look so much younger than the one before it: ages are not exact."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Numbers without a row, both ends in it, and when their neighbours were pressed."""

    first: int
    last: int
    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A button unit's counter, as it is in the rows of a period and as it is told."""

    device: str
    highest: int | None = None
    """The highest number that has a row, up to the end of the period. None: it never sent a press."""
    highest_at: datetime | None = None
    holes: tuple[Hole, ...] = ()
    """Below `highest`."""
    twice: int = 0
    """Numbers that more than one press has."""
    twice_at: datetime | None = None
    told: int = 0
    """How far its counter got, by its own last word. 0: not said, or the period ended before now."""
    spool: int = 0
    """How many presses waited in it then."""
    told_at: datetime | None = None
    online: bool = False
    known: int | None = None
    """As in `server.rules.gaps.Counter`, with the next two."""
    missing: tuple[Range, ...] = ()
    above: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedPresses:
    """Messages on a unit's press channel that could not be read: its number is all that is known of each, if that."""

    device: str
    first_at: datetime
    last_at: datetime
    count: int


@dataclass(slots=True)
class Numbers:
    """What became of a unit's numbers that have no row."""

    refused: int = 0
    waiting: int = 0
    lost: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def all(self) -> int:
        return self.refused + self.waiting + self.lost


def judge(unit: Unit, refused: Iterable[RefusedPresses], now: datetime) -> Numbers:
    found = Numbers()
    gaps: list[Gap] = []
    unread = [one for one in refused if one.device == unit.device]
    left = [one.count for one in unread]
    parts = [(hole, *_parts(unit, hole)) for hole in (*unit.holes, *_tail(unit))]
    on_the_way: list[Hole] = []
    spool = max(0, unit.spool - sum(_size(open_ones) for *_, open_ones in parts))
    for hole, gone, came, open_ones in parts:
        explained = _take(unread, left, hole.after, _size(came))
        waits = min(spool, _size(came) - explained)
        spool -= waits
        found.refused += explained
        found.waiting += waits + _size(open_ones)
        if waits or open_ones:
            on_the_way.append(hole)
        rest = _size(came) - explained - waits
        lost = _size(gone) + rest
        if lost:
            found.lost += lost
            words = f"{explained + waits} of them explained" if explained + waits else ""
            what = in_words(sorted((*gone, *came))) if rest else in_words(gone)
            gaps.append(Gap(GapKind.LOST, unit.device, f"press {what}", _moment(hole), words, lost))
    if unit.highest is None and unit.known is None:
        found.waiting += spool  # nobody knows their numbers yet
    if found.waiting:
        gaps += _waiting(unit, on_the_way, found.waiting, now)
    if unit.twice:
        words = f"{unit.twice} numbers stand for more than one press"
        gaps.append(Gap(GapKind.COUNTED_AGAIN, unit.device, "counter", unit.twice_at, words, unit.twice))
    found.gaps = tuple(gaps)
    return found


def _tail(unit: Unit) -> tuple[Hole, ...]:
    """What it told of beyond the last press that came."""
    start = unit.highest if unit.highest is not None else unit.known
    if start is None or unit.told <= start:
        return ()
    return (Hole(start + 1, unit.told, unit.highest_at, None),)


def _parts(unit: Unit, hole: Hole) -> tuple[list[Range], list[Range], list[Range]]:
    """Numbers that the server knows to be missing, those that it says came, and those of which it cannot know yet."""
    here = (hole.first, hole.last)
    gone = _both((here,), unit.missing)
    rest = _without(here, gone)
    known = unit.known if unit.known is not None else hole.last
    came = _both(rest, ((1, known), *unit.above))
    return gone, came, [part for one in rest for part in _without(one, came)]


def _both(some: Iterable[Range], others: Iterable[Range]) -> list[Range]:
    others = tuple(others)
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return sorted(pair for pair in pairs if pair[0] <= pair[1])


def _without(whole: Range, parts: Iterable[Range]) -> list[Range]:
    found, at = [], whole[0]
    for first, last in sorted(parts):
        if first > whole[1] or last < at:
            continue
        if first > at:
            found.append((at, first - 1))
        at = last + 1
    if at <= whole[1]:
        found.append((at, whole[1]))
    return found


def _size(ranges: Iterable[Range]) -> int:
    return sum(last - first + 1 for first, last in ranges)


def _take(unread: list[RefusedPresses], left: list[int], after: datetime | None, wanted: int) -> int:
    """Refused messages that may have been these presses: none that was heard of before they were made."""
    taken = 0
    for index, one in enumerate(unread):
        if after is None or one.last_at >= after - EARLIER:
            part = min(left[index], wanted - taken)
            left[index] -= part
            taken += part
    return taken


def _waiting(unit: Unit, holes: list[Hole], count: int, now: datetime) -> list[Gap]:
    """On their way is an explanation for a while only."""
    since = min((moment for one in holes if (moment := _moment(one)) is not None), default=unit.told_at)
    told = unit.told_at
    if told is not None and now - told <= WAITS and (since is None or now - since <= WAITS):
        return []
    kind = GapKind.STUCK if unit.online else GapKind.AWAY
    words = "it never told of itself" if told is None else f"told of itself last at {told:%Y-%m-%d %H:%M} UTC"
    presses = "1 press" if count == 1 else f"{count} presses"
    return [Gap(kind, unit.device, presses, since, words, count)]


def _moment(hole: Hole) -> datetime | None:
    return hole.after or hole.before
