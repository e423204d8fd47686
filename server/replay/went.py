"""How a call went: in truth, or by the rules with another shop. What figures and reports are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from server.replay.lines import CallLine
from server.replay.rounds import is_physical, key_of
from server.rules.pages import TELLS


@dataclass(frozen=True, slots=True)
class Rang:
    """One page."""

    after: timedelta
    """Since the press."""
    key: str
    """Initials, or `pager` and the label of one that nobody carries alone."""
    pager: str
    reason: str
    step: int


@dataclass(frozen=True, slots=True)
class Went:
    id: UUID
    """Of the press that opened it."""
    place: tuple[str, int]
    opened_at: datetime
    exit_after: timedelta
    """Since the press: the customer is expected to leave then."""
    pages: tuple[Rang, ...] = ()
    answered_after: timedelta | None = None
    """Since the press; None: never."""
    answered_by: str | None = None
    presses: int = 1
    nobody: bool = False
    """Nobody could be called at some moment."""
    fallback: bool = False
    last_resort: bool = False
    undone: bool = False
    """The customer took it back before anybody answered."""
    number: int | None = None
    """In truth."""

    @property
    def first_page_after(self) -> timedelta | None:
        """The first page to whoever answered, since the press."""
        return next((one.after for one in self.pages if one.key == self.answered_by), None)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A whole period."""

    calls: tuple[Went, ...]
    """In the order of their presses."""
    people: frozenset[str]
    """Initials of those who wore a pager and were here at some call."""
    closed: int = 0
    """Presses outside the opening hours that called nobody."""
    late: int = 0
    counted: int = 0
    """Presses of buttons whose colour calls nobody."""
    empty_minutes: float = 0.0
    """Of the opening hours, with nobody here who can be called."""


def truth(line: CallLine) -> Went:
    """As it was recorded."""
    opened = line.opened_at
    answer = next(
        (
            deed
            for deed in line.deeds
            if deed.did in ("acknowledged", "attended") or (deed.did == "closed" and is_physical(deed))
        ),
        None,
    )
    taken_back = any(
        deed.did == "closed" and not is_physical(deed) and deed.outcome == "false_press"
        for deed in line.deeds
    )
    did = Counter(deed.did for deed in line.deeds)
    pages = in_order(
        Rang(one.at - opened, key_of(one), one.pager, one.reason, one.step)
        for one in line.pages
        if one.reason not in TELLS
    )
    return Went(
        id=line.id,
        place=(line.device, line.input),
        opened_at=opened,
        exit_after=line.exit_at - opened,
        pages=pages,
        answered_after=answer.at - opened if answer is not None else None,
        answered_by=_answerer(line, answer.at, answer.by) if answer is not None else None,
        presses=len(line.presses),
        nobody=did["nobody"] > 0,
        fallback=did["fallback"] > 0,
        last_resort=did["last_resort"] > 0,
        undone=taken_back and answer is None,
        number=line.number,
    )


def in_order(pages: Iterable[Rang]) -> tuple[Rang, ...]:
    """Of one moment by the pager's label, however they were ordered."""
    return tuple(sorted(pages, key=lambda one: (one.after, one.pager)))


def _answerer(line: CallLine, at: datetime, by: str | None) -> str | None:
    """Who answered; where that person was not called but a pager of a group was, that pager."""
    called = [key_of(one) for one in line.pages if one.reached and one.at <= at and one.reason not in TELLS]
    if by in called:
        return by
    return next((key for key in called if key.startswith("pager ")), by)


@dataclass(slots=True)
class Tally:
    """What is counted while a period runs."""

    calls: list[Went] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    closed: int = 0
    late: int = 0
    counted: int = 0

    def replayed(self, empty_minutes: float) -> Replayed:
        self.calls.sort(key=lambda one: (one.opened_at, one.id))
        return Replayed(
            tuple(self.calls), frozenset(self.people), self.closed, self.late, self.counted, empty_minutes
        )
