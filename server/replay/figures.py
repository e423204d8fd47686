"""Figures of a period: the same ones of what really happened and of what another shop would have done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.replay.went import Replayed, Went


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and nine of ten, in seconds; None: there is nothing to measure."""

    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """Pages per person, among those who were here at some call."""

    least: int = 0
    median: float = 0.0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    calls: int
    undone: int
    """Taken back by the customer before anybody answered."""
    closed: int
    """Presses outside the opening hours that called nobody."""
    late: int
    joined: int
    """Presses that joined an open call."""
    pages: int
    pages_per_call: float
    load: Load
    answered: int
    in_time: float | None
    """Share of the calls, without those taken back, that were answered before the exit clock ran out."""
    unanswered: int
    to_page: Spread
    """From the press to the first page of whoever answered."""
    to_answer: Spread
    nobody_calls: int
    nobody_minutes: float
    fallback: int
    last_resort: int


def figures(period: Replayed) -> Figures:
    calls = period.calls
    asked = [one for one in calls if not one.undone]
    answered = [one for one in asked if one.answered_after is not None]
    pages = sum(len(one.pages) for one in calls)
    return Figures(
        calls=len(calls),
        undone=len(calls) - len(asked),
        closed=period.closed,
        late=period.late,
        joined=sum(one.presses - 1 for one in calls),
        pages=pages,
        pages_per_call=pages / len(calls) if calls else 0.0,
        load=load(period),
        answered=len(answered),
        in_time=sum(map(in_time, answered)) / len(asked) if asked else None,
        unanswered=len(asked) - len(answered),
        to_page=spread(one.first_page_after for one in answered),
        to_answer=spread(one.answered_after for one in answered),
        nobody_calls=sum(one.nobody for one in calls),
        nobody_minutes=period.empty_minutes,
        fallback=sum(one.fallback for one in calls),
        last_resort=sum(one.last_resort for one in calls),
    )


def in_time(one: Went) -> bool:
    return one.answered_after is not None and one.answered_after <= one.exit_after


def per_person(period: Replayed) -> dict[str, int]:
    """Initials -> pages, with the zeros of those who were here and never called."""
    found = dict.fromkeys(sorted(period.people), 0)
    for call in period.calls:
        for page in call.pages:
            if not page.key.startswith("pager "):
                found[page.key] = found.get(page.key, 0) + 1
    return found


def load(period: Replayed) -> Load:
    counts = sorted(per_person(period).values())
    return Load(counts[0], _middle(counts), counts[-1]) if counts else Load()


def spread(times: Iterable[timedelta | None]) -> Spread:
    seconds = sorted(one.total_seconds() for one in times if one is not None)
    if not seconds:
        return Spread()
    return Spread(_middle(seconds), seconds[(len(seconds) * 9 + 9) // 10 - 1])


def difference(one: Went | None, other: Went | None) -> float:
    """How far two ways of one call lie apart, in seconds: unanswered, or no call at all, counts as an hour, every
    page more or less as one second."""
    if one is None or other is None:
        return 0.0 if one is other else 3_600.0
    seconds = abs(_answered_s(one) - _answered_s(other))
    return seconds + abs(len(one.pages) - len(other.pages))


def is_alike(one: Went | None, other: Went | None) -> bool:
    """The same pagers in the same order, and the same answer within a second."""
    if one is None or other is None:
        return False
    same = [page.pager for page in one.pages] == [page.pager for page in other.pages]
    return same and one.answered_by == other.answered_by and abs(_answered_s(one) - _answered_s(other)) < 1


def _answered_s(one: Went) -> float:
    return 3_600.0 if one.answered_after is None else one.answered_after.total_seconds()


def _middle(values: Sequence[float]) -> float:
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
