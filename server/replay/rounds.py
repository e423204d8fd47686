"""How people really dealt with a call, round by round: a round begins whenever the call is nobody's (again)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.replay.lines import CallLine, DeedPart, PagePart
from server.rules.incidents import Outcome

CALLS_NOBODY_NEW = frozenset({"taken", "joined", "help"})
"""Reasons of pages that ask nobody to answer."""
_BY_CUSTOMER = Outcome.RECOVERED_BY_CUSTOMER.value


def key_of(page: PagePart) -> str:
    """Who may answer it: initials, or the pager that nobody carries alone."""
    return page.who if page.who is not None else group_key(page.pager)


def group_key(label: str) -> str:
    return f"pager {label}"


@dataclass(frozen=True, slots=True)
class Act:
    """The first thing that anybody did in a round: `acknowledged`, `attended`, `closed` or `passed_on`."""

    key: str | None
    """Whose; None: somebody whom no page had called in this round, who saw it on a screen or in the shop."""
    after: timedelta
    """Since the first page to `key` in this round; without a key since the round began."""
    deed: DeedPart


@dataclass(frozen=True, slots=True)
class Round:
    began: datetime
    first: Act | None = None
    then: tuple[tuple[timedelta, DeedPart], ...] = ()
    """What else happened, with the time since the first act; before any act, since the round began."""
    paged: Mapping[str, datetime] = field(default_factory=dict)
    """Whom a page reached, and when first."""
    ended: datetime | None = None
    """When it was answered, or over without an answer; None: never."""


@dataclass(frozen=True, slots=True)
class Story:
    rounds: tuple[Round, ...]
    undone_after: timedelta | None = None
    """When the customer took the press back, since it came in."""


NOTHING_KNOWN = Story(())
"""Of a press that was no call of its own."""


def story(line: CallLine) -> Story:
    made = _Made(line)
    for deed in line.deeds:
        made.take(deed)
    made.over(None)
    return Story(tuple(made.rounds), made.undone_after)


def is_physical(deed: DeedPart) -> bool:
    """Whether a person closed it, of the staff or the customer by the green button; not the rules by themselves."""
    return deed.staff or deed.outcome == _BY_CUSTOMER


class _Made:
    def __init__(self, line: CallLine) -> None:
        self.rounds: list[Round] = []
        self.undone_after: timedelta | None = None
        self._pages = line.pages
        self._opened = line.presses[0].received_at
        self._begin(self._opened)

    def _begin(self, at: datetime) -> None:
        self._began = at
        self._first: Act | None = None
        self._first_at: datetime | None = None
        self._then: list[tuple[timedelta, DeedPart]] = []
        self._ended: datetime | None = None

    def take(self, deed: DeedPart) -> None:
        if deed.did == "closed" and not is_physical(deed):
            if deed.outcome == Outcome.FALSE_PRESS.value:
                self.undone_after = max(deed.at - self._opened, timedelta())
            self._ended = self._ended or deed.at
        elif deed.did in ("acknowledged", "attended", "closed", "passed_on"):
            if self._first is None:
                self._act(deed)
            else:
                self._follows(deed)
            if deed.did == "passed_on":
                self.over(deed.at)
        elif deed.did == "help":
            self._follows(deed)
        elif deed.did == "not_attended":
            self.over(deed.at)

    def _follows(self, deed: DeedPart) -> None:
        since = self._first_at or self._began
        self._then.append((max(deed.at - since, timedelta()), deed))  # the clock may have been put back

    def _act(self, deed: DeedPart) -> None:
        paged = self._paged(deed.at)
        groups = [key for key in paged if key.startswith("pager ")]
        key = deed.by if deed.by in paged else groups[0] if groups else None
        began = paged[key] if key is not None else self._began
        self._first = Act(key, max(deed.at - began, timedelta()), deed)
        self._first_at = self._ended = deed.at

    def _paged(self, until: datetime | None) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for page in self._pages:
            in_time = self._began <= page.at and (until is None or page.at <= until)
            if page.reached and in_time and page.reason not in CALLS_NOBODY_NEW:
                found.setdefault(key_of(page), page.at)
        return found

    def over(self, began: datetime | None) -> None:
        """The round is over; the next one begins at `began`."""
        paged = self._paged(self._ended or began)
        self.rounds.append(Round(self._began, self._first, tuple(self._then), paged, self._ended))
        if began is not None:
            self._begin(began)
