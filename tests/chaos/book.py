"""Pure: what hands did and wrists felt, held against what was written down. It trusts no line of the product's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from tests.chaos.pairs import pairs
from tests.chaos.plan import Place
from tests.chaos.words import Words

RIGHT = timedelta(seconds=2)
"""A broker counts whole seconds of what it holds; the rest is the way on a busy machine."""
MOMENT = timedelta(seconds=5)
"""The same of a press's moment: where the machine is so busy that the broker seems slow, ages are told higher."""
HIDDEN_AT_MOST = timedelta(seconds=6)
"""Whoever waits in vain for the broker's answer takes a new connection after 5 s: bytes that wait in a socket for
longer reach nobody."""
NEVER, LOST = 1e6, 40.0
"""Prices of a row that is nobody's press, and of a press without a row: no hole is filled by moving all others."""
NEAR = 20.0
"""Seconds: what is further apart than this is looked at together with everything else."""
LEAST_URGENT = 3
AT_THE_PRESS = frozenset({"step", "again", "stand_in"})
"""Pages that may ring for as long as their press lives. Others have a time of their own."""
SURE = ("transmitted", "confirmed")
NO_ANSWER = "no_answer"
REPEAT = "unknown"

Hidden = Callable[[str, datetime, datetime], timedelta]
"""Unit, since, until: how long what it said may have waited where it does not age."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Push:
    """`answered`: its light said that it was kept. `lived`: its unit lived on, so that it cannot just be gone.
    `meant`: False for what need not count."""

    place: Place
    since: datetime
    until: datetime
    answered: bool = False
    lived: bool = False
    meant: bool = True

    @property
    def must_be_there(self) -> bool:
        return self.meant and (self.answered or self.lived)

    def off(self, moment: datetime) -> timedelta:
        return max(self.since - moment, moment - self.until, timedelta())

    def __str__(self) -> str:
        return f"{self.place[0]}.{self.place[1]} at {self.since:%H:%M:%S.%f}"


class PressRow(Protocol):
    id: UUID
    device: str
    input: int
    seq: int
    state: str
    age_known: bool
    pressed_at: datetime
    received_at: datetime


class PageRow(Protocol):
    id: UUID
    incident_id: UUID
    press_id: UUID
    reason: str
    address: str
    body: str
    priority: int
    state: str
    proof: str
    transmitter: str
    created_at: datetime
    final_at: datetime | None
    error_code: str | None


class IncidentRow(Protocol):
    id: UUID
    number: int
    state: str
    outcome: str | None
    called_at: datetime | None
    nobody_at: datetime | None
    acknowledged_at: datetime | None
    attended_at: datetime | None
    closed_by_id: int | None
    stood_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Felt:
    """A page on the air, by this transmitter."""

    at: datetime
    address: str
    text: str
    line: str


@dataclass
class Said:
    """`counts`: name -> how many, for the account."""

    complaints: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    push_of: dict[UUID, Push] = field(default_factory=dict)
    rang: list[PageRow] = field(default_factory=list)
    """Pages that were on the air."""
    believed: list[PageRow] = field(default_factory=list)
    """Pages that say transmitted, were not felt, and whose transmitter promises no more."""
    worst: timedelta = timedelta()


def presses(pushes: Iterable[Push], rows: Iterable[PressRow], hidden: Hidden) -> Said:
    """Every press that must be there is stored once, at its moment; and nothing else is."""
    said = Said()
    made, stored = _by(pushes, lambda one: one.place), _by(rows, lambda one: (one.device, one.input))
    for place in sorted(made.keys() | stored.keys()):
        mine = sorted(made[place], key=lambda one: one.since)
        theirs = sorted(stored[place], key=lambda one: one.seq)

        def wrong_by(push: Push, row: PressRow) -> timedelta:
            allowed = MOMENT + hidden(push.place[0], push.since, row.received_at)
            return max(push.off(row.pressed_at) - allowed, timedelta())

        def cost(push: Push, row: PressRow) -> float:
            wrong = wrong_by(push, row).total_seconds() if row.age_known else 0.0
            return 300.0 + wrong if wrong else min(push.off(row.pressed_at).total_seconds(), LOST / 2)

        found = pairs(mine, theirs, cost, lambda one: LOST if one.must_be_there else 0.5, lambda _: NEVER)
        for left, right in found:
            push, row = mine[left], theirs[right]
            said.push_of[row.id] = push
            said.counts[f"is {row.state}" if push.meant else "of another touch"] += 1
            if row.age_known:
                said.worst = max(said.worst, push.off(row.pressed_at))
                if wrong_by(push, row):
                    off = push.off(row.pressed_at).total_seconds()
                    said.complaints.append(f"{push}: its moment is {off:.3f} s wrong")
        known = {left for left, _ in found}
        for index, push in enumerate(mine):
            if index in known:
                continue
            if push.must_be_there:
                why = "its light had answered" if push.answered else "its unit lived on"
                said.complaints.append(f"{push}: lost, {why}")
                said.counts["lost"] += 1
            else:
                said.counts["died with its unit, unanswered" if push.meant else "no press"] += 1
        taken = {right for _, right in found}
        said.complaints += [
            f"{row.device}.{row.input}: number {row.seq} is nobody's press, or stored twice"
            for index, row in enumerate(theirs)
            if index not in taken
        ]
    return said


def undos(meant: Counter[Place], lived: Counter[Place], rows: Counter[Place]) -> list[str]:
    """`lived`: of those `meant`, at units that lived through them. The second push may have been sent as a press
    already: then two are taken back."""
    return [
        f"{place[0]}.{place[1]}: {rows[place]} undone, but {lived[place]} to {meant[place]} were meant"
        for place in sorted(meant.keys() | rows.keys())
        if not lived[place] <= rows[place] <= 2 * meant[place]
    ]


@dataclass(frozen=True, slots=True)
class Limits:
    """`may_double`: repeats that felt calls may have. `bad_line`: whether its line was in trouble when it was felt.
    `unproven`: whether a page may say transmitted that nobody felt. `on_air`: how long a transmission of this
    transmitter may take that has begun in time."""

    ttl: timedelta
    may_double: int
    bad_line: Callable[[Felt], bool]
    hidden: Hidden
    words: Words
    unproven: Callable[[PageRow], bool]
    on_air: Callable[[str], timedelta]


def pages(
    felt: Sequence[Felt],
    rows: Sequence[PageRow],
    push_of: Mapping[UUID, Push],
    unsure: set[UUID],
    limits: Limits,
) -> Said:
    """What was on the air was ordered, in time, and once; what is written down as transmitted was on the air.
    `unsure`: presses of unknown age, which may ring quietly."""
    said = Said()
    words = limits.words
    aired = _by(felt, lambda one: words.whose(one.address, one.text))
    written = _by(rows, lambda one: words.whose(one.address, one.body))
    of: dict[UUID, Felt] = {}

    def apart(one: Felt, row: PageRow) -> float:
        return _apart(one, row, words)

    for what in sorted(aired.keys() | written.keys()):
        mine = sorted(aired[what], key=lambda one: one.at)
        theirs = sorted(written[what], key=lambda one: one.created_at)
        found = _paired(mine, theirs, apart, lambda one: 300.0 if limits.bad_line(one) else NEVER)
        for left, right in found:
            of[theirs[right].id] = mine[left]
            said.complaints += _never(mine[left], theirs[right])
        taken, known = {left for left, _ in found}, {right for _, right in found}
        for index, one in enumerate(mine):
            if index not in taken:
                if limits.bad_line(one):
                    said.counts["doubled by a bad line"] += 1
                else:
                    said.complaints.append(f"{one.text!r} at {one.at:%H:%M:%S.%f} rang once too often")
        unfelt = [
            row for index, row in enumerate(theirs) if index not in known and row.state == "transmitted"
        ]
        said.believed += [row for row in unfelt if limits.unproven(row)]
        said.complaints += [
            f"{row.body!r} of {row.created_at:%H:%M:%S.%f} says transmitted by {row.transmitter}, "
            "and nobody felt it"
            for row in unfelt
            if not limits.unproven(row)
        ]
    said.rang = [row for row in rows if row.id in of]
    for row in rows:
        if row.id in of:
            _in_time(said, row, of[row.id], push_of, unsure, limits)
    _doubles(said, rows, of, limits)
    said.counts["unproven"] = len(said.believed)
    said.counts["unheard"] = sum(unheard(row) for row in said.rang)
    said.counts.update(f"page {row.state}" for row in rows)
    return said


def _paired(
    mine: Sequence[Felt],
    theirs: Sequence[PageRow],
    apart: Callable[[Felt, PageRow], float],
    alone: Callable[[Felt], float],
) -> list[tuple[int, int]]:
    found = _same_words(mine, theirs, apart)
    felt, row = {one for one, _ in found}, {other for _, other in found}
    left = [index for index in range(len(mine)) if index not in felt]
    right = [index for index in range(len(theirs)) if index not in row]
    rest = pairs([mine[index] for index in left], [theirs[index] for index in right], apart, alone, _unfelt)
    return [*found, *((left[one], right[other]) for one, other in rest)]


def _same_words(
    mine: Sequence[Felt], theirs: Sequence[PageRow], apart: Callable[[Felt, PageRow], float]
) -> list[tuple[int, int]]:
    """What fits at once. Pages of other words may have overtaken these: the urgent go first, and by another line."""
    found = []
    for text in {one.text for one in mine}:
        left = [index for index, one in enumerate(mine) if one.text == text]
        right = [index for index, row in enumerate(theirs) if row.body == text]
        fit = pairs(
            [mine[index] for index in left],
            [theirs[index] for index in right],
            apart,
            lambda _: NEAR,
            lambda row: min(_unfelt(row), NEAR),
        )
        found += [(left[a], right[b]) for a, b in fit if apart(mine[left[a]], theirs[right[b]]) < NEAR]
    return found


def _apart(felt: Felt, row: PageRow, words: Words) -> float:
    """Seconds by which it rang outside of its row's life; other words and other states are dear."""
    over = row.final_at or felt.at
    apart = max((row.created_at - felt.at).total_seconds(), (felt.at - over).total_seconds(), 0.0)
    if felt.text != row.body:
        apart += 5.0 if words.stood_in(felt.text) and row.reason in AT_THE_PRESS else 500.0
    return apart + (0.0 if row.state in SURE else 0.5 if _doubtful(row) else 500.0)


def _doubtful(row: PageRow) -> bool:
    return row.state == "unknown" or unheard(row)


def unheard(row: PageRow) -> bool:
    """The server was away for so long that it stopped waiting without having asked: nobody claims to know."""
    return row.state == "expired" and row.error_code == NO_ANSWER


def _unfelt(row: PageRow) -> float:
    return 800.0 if row.state in SURE else 0.0


def _never(felt: Felt, row: PageRow) -> list[str]:
    if row.state in SURE or _doubtful(row):
        return []
    return [f"{row.body!r} at {felt.at:%H:%M:%S.%f} was on the air and is written down as {row.state}"]


def _in_time(
    said: Said, row: PageRow, felt: Felt, push_of: Mapping[UUID, Push], unsure: set[UUID], limits: Limits
) -> None:
    push = push_of.get(row.press_id)
    at_the_press = row.reason in AT_THE_PRESS
    if at_the_press and push is None:
        return  # a press that is nobody's has its own complaint
    if at_the_press and row.press_id in unsure and row.priority == LEAST_URGENT:
        said.counts["quietly, of unknown age"] += 1
        return
    since, whose = (push.until, push.place[0]) if at_the_press and push else (row.created_at, "")
    hidden = min(limits.hidden(whose, since, felt.at), HIDDEN_AT_MOST)
    late = felt.at - since - limits.ttl - limits.on_air(felt.line)
    if late > RIGHT + hidden:
        said.counts["stale"] += 1
        said.complaints.append(
            f"stale: {row.body!r} rang at {felt.at:%H:%M:%S.%f}, {late.total_seconds():.1f} s after "
            f"{push if at_the_press else f'its order of {row.created_at:%H:%M:%S.%f}'} was too old"
        )


def _doubles(said: Said, rows: Sequence[PageRow], of: Mapping[UUID, Felt], limits: Limits) -> None:
    doubtful = Counter(
        (row.incident_id, row.address) for row in rows if row.state == "unknown" and row.id in of
    )
    repeated = Counter(
        (row.incident_id, row.address) for row in rows if row.reason == REPEAT and row.id in of
    )
    said.counts["doubled"] = (doubtful & repeated).total()
    said.counts["repeated in doubt"] = repeated.total()
    if said.counts["doubled"] > limits.may_double:
        said.complaints.append(
            f"{said.counts['doubled']} doubled pages, and {limits.may_double} would be excused"
        )
    said.complaints += [
        f"{row.body!r} is a repeat and does not say so"
        for row in rows
        if row.reason == REPEAT and not limits.words.says_repeated(row.body)
    ]


def incidents(rows: Iterable[IncidentRow], paged: set[UUID]) -> Said:
    """After everybody went home. `paged`: incidents with a page on the air."""
    said = Said()
    for row in rows:
        said.counts[f"closed {row.outcome}" if row.state == "closed" else row.state] += 1
        said.counts["stood in"] += row.stood_in_at is not None
        touched = row.acknowledged_at or row.attended_at or row.closed_by_id
        said.counts["incidents paged"] += row.id in paged
        said.counts["unanswered"] += not (row.acknowledged_at or row.attended_at)
        if row.state != "closed" or row.outcome is None:
            said.complaints.append(f"incident {row.number} has no final word: {row.state}, {row.outcome}")
        if row.id not in paged and not touched and row.nobody_at is None and row.outcome != "false_press":
            said.complaints.append(f"incident {row.number}: nobody was called, and nobody was told")
    return said


def light_of(open_ones: Iterable[tuple[datetime, int, IncidentRow, bool]]) -> str:
    """What a button must show: (opened, number, incident, whether the customer was told sorry)."""
    newest = max(open_ones, key=lambda one: one[:2], default=None)
    if newest is None:
        return "idle"
    _, _, row, sorry = newest
    if row.state == "acknowledged":
        return "coming"
    if row.state != "triggered":
        return "idle"
    if sorry:
        return "sorry"
    return "called" if row.called_at else "nobody" if row.nobody_at else "received"


def _by(things: Iterable[T], key: Callable[[T], tuple[str, object]]) -> dict[tuple[str, object], list[T]]:
    found: dict[tuple[str, object], list[T]] = defaultdict(list)
    for one in things:
        found[key(one)].append(one)
    return found
