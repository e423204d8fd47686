"""The history in words: what was asked for, and a line for each incident that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.db.cause_tree import CauseFacts
from server.db.history import COUNT_UP_TO, Found, Listed
from server.db.places import Named
from server.db.zone_tree import ZoneFacts
from server.rules.incidents import Outcome, State
from server.web.board.recovered import recovered_words
from server.web.frame import names
from server.web.frame.words import Words, minutes
from server.web.history.filters import PURPOSES, Typed, write_cursor


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Select:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    url: str
    day: str
    time: str
    place: str
    button: str
    tags: tuple[str, ...]
    who: str
    answer: str
    """Press to "I am going"; a dash when nobody did."""
    arrival: str
    total: str
    mood: str
    outcome: str
    cause: str
    confirmed: bool
    """By the customer's own green press."""


@dataclass(frozen=True, slots=True)
class History:
    first: str
    last: str
    """ISO days, for the date fields."""
    text: str
    selects: tuple[Select, ...]
    sentence: str
    count: str
    recovered: tuple[str, ...]
    """Two rates that are never mixed."""
    lines: tuple[Line, ...]
    newer: str | None
    older: str | None
    """Links to the neighbouring screenfuls."""
    plain: str
    """Without any filter."""
    outside: str
    """The same days, presses outside the opening hours."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from in this store."""

    zones: Sequence[ZoneFacts]
    buttons: Sequence[Named]
    causes: Sequence[CauseFacts]


def history(typed: Typed, found: Found, choices: Choices, t: Words, *, url: str) -> History:
    causes = {one.id: names.cause(one.code, one.name, t) for one in choices.causes}
    return History(
        first=typed.first.isoformat(),
        last=typed.last.isoformat(),
        text=typed.text,
        selects=_selects(typed, choices, t),
        sentence=_sentence(typed, choices, causes, t),
        count=_count(found.count, t),
        recovered=recovered_words(found.rates, t),
        lines=tuple(_line(row, causes, t, url) for row in found.rows),
        newer=f"{url}/history?{typed.query(at=write_cursor(found.newer))}" if found.newer else None,
        older=f"{url}/history?{typed.query(at=write_cursor(found.older))}" if found.older else None,
        plain=f"{url}/history",
        outside=f"{url}/history?{Typed(typed.first, typed.last, outside=True).query()}",
    )


def _count(count: int, t: Words) -> str:
    if count > COUNT_UP_TO:
        return t.gettext("more than %(number)s calls", number=t.number(COUNT_UP_TO))
    return t.ngettext("%(n)s call", "%(n)s calls", count)


def _sentence(typed: Typed, choices: Choices, causes: Mapping[int, str], t: Words) -> str:
    """The dates are written out: a date field follows the browser's language, not the screen's."""
    parts = [t.days(typed.first, typed.last)]
    parts += [one.name for one in choices.zones if one.id == typed.zone]
    parts += [one.name for one in choices.buttons if one.id == typed.button]
    if typed.state:
        parts.append(names.state(typed.state, t))
    if typed.outcome:
        parts.append(names.outcome(typed.outcome, t))
    if typed.purpose:
        parts.append(names.purpose(typed.purpose, t))
    if typed.cause is not None and typed.cause in causes:
        parts.append(causes[typed.cause])
    if typed.text:
        parts.append(t.gettext("\u201c%(text)s\u201d", text=typed.text))
    return " \u00b7 ".join(parts)


def _selects(typed: Typed, choices: Choices, t: Words) -> tuple[Select, ...]:
    def select(name: str, label: str, chosen: object, options: Sequence[tuple[str, str]]) -> Select:
        return Select(
            name,
            label,
            (
                Option("", t.gettext("All"), chosen is None),
                *(Option(value, text, value == str(chosen)) for value, text in options),
            ),
        )

    outcomes = [(outcome.value, names.outcome(outcome, t)) for outcome in Outcome]
    states = [(state.value, names.state(state, t)) for state in State]
    purposes = [(purpose, names.purpose(purpose, t)) for purpose in PURPOSES]
    zones = [(str(zone.id), under(zone.depth, zone.name)) for zone in choices.zones]
    buttons = [(str(one.id), one.name) for one in choices.buttons]
    causes = [(str(one.id), under(one.depth, names.cause(one.code, one.name, t))) for one in choices.causes]
    return (
        select("zone", t.gettext("Zone"), typed.zone, zones),
        select("button", t.gettext("Button"), typed.button, buttons),
        select("state", t.gettext("State"), typed.state, states),
        select("outcome", t.gettext("Outcome"), typed.outcome, outcomes),
        select("cause", t.gettext("Cause"), typed.cause, causes),
        select("purpose", t.gettext("Kind"), typed.purpose, purposes),
    )


def under(depth: int, name: str) -> str:
    """A list of choices knows no tree: what lies in something stands a little to the right of it."""
    return "\u2003" * depth + name


def _line(row: Listed, causes: Mapping[int, str], t: Words, url: str) -> Line:
    def took(moment: object) -> str:
        return "\u2013" if moment is None else minutes((moment - row.opened_at).total_seconds())  # type: ignore[operator]

    tags = []
    if row.purpose != "call":
        tags.append(names.purpose(row.purpose, t))
    if row.presses > 1:
        tags.append(t.ngettext("pressed %(n)s time", "pressed %(n)s times", row.presses))
    if row.again:
        tags.append(t.gettext("again here"))
    return Line(
        key=f"h{row.number}",
        url=f"{url}/incidents/{row.number}",
        day=t.day_short(row.opened_at),
        time=t.clock_s(row.opened_at),
        place=row.place,
        button=row.button,
        tags=tuple(tags),
        who=row.by.name if row.by else "",
        answer=took(row.acknowledged_at or row.attended_at),
        arrival=took(row.attended_at),
        total=took(row.closed_at),
        mood=names.mood(row.state, row.outcome),
        outcome=names.outcome(row.outcome, t) or names.state(row.state, t),
        cause=causes.get(row.cause_id or 0, ""),
        confirmed=row.confirmed and row.outcome != Outcome.RECOVERED_BY_CUSTOMER,
    )
