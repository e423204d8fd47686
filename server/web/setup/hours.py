"""When the store is open: the week, and days with hours of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from babel.dates import get_day_names

from server.db.setup_book import Book, Hours
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import Values

SPLIT = 2
"""Stretches of a day with one break in between."""


@dataclass(frozen=True, slots=True)
class Stretch:
    first: str
    """Name of the field with the opening time; the other one is `last`."""
    last: str
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    stretches: tuple[Stretch, ...]
    error: str
    key: str


@dataclass(frozen=True, slots=True)
class Special:
    title: str
    note: str
    remove_url: str
    remove_label: str


@dataclass(frozen=True, slots=True)
class HoursView:
    url: str
    back: str
    always: bool
    days: tuple[Day, ...]
    split_url: str
    """To a form with two stretches a day; empty when it has them."""
    special: tuple[Special, ...]
    special_values: Mapping[str, str]
    errors: Mapping[str, str]
    seen: str


def hours_view(
    book: Book,
    t: Words,
    url: str,
    today: date,
    *,
    split: bool = False,
    typed: Values | None = None,
    errors: Mapping[str, str] | None = None,
) -> HoursView:
    errors = errors or {}
    values = _typed(book) if typed is None or "seen" not in typed else typed
    count = max(
        _most(book), SPLIT if split or any(values.get(f"f{day}-1", ("",))[-1] for day in range(7)) else 1
    )
    names = get_day_names("wide", "stand-alone", t.locale)
    special = typed if typed is not None and "day" in typed else {}
    return HoursView(
        url=f"{url}/hours",
        back=url,
        always=values.get("open", ("always",))[-1] == "always",
        days=tuple(
            Day(
                names[day][:1].upper() + names[day][1:],
                tuple(_stretch(values, day, number) for number in range(count)),
                errors.get(f"d{day}", ""),
                f"d{day}",
            )
            for day in range(7)
        ),
        split_url="" if count >= SPLIT else f"{url}/hours?split=1",
        special=tuple(
            Special(
                t.day(one.day),
                t.gettext("closed")
                if one.opens is None or one.closes is None
                else f"{one.opens:%H:%M}\u2013{one.closes:%H:%M}",
                f"{url}/hours/special/{one.id}/remove",
                t.gettext("Remove %(day)s", day=t.day(one.day)),
            )
            for one in book.special_days
            if one.day >= today
        ),
        special_values={name: special.get(name, ("",))[-1] for name in ("day", "from", "to", "kind")},
        errors=errors,
        seen=mark_of(book),
    )


def mark_of(book: Book) -> str:
    text = repr(sorted((one.weekday, one.opens, one.closes) for one in book.hours))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_hours(fields: Fields, book: Book) -> list[Hours]:
    """The week as it was typed; none: always open. What is wrong stands at its day."""
    t = fields.t
    if fields.raw("open") != "hours":
        if _stands(fields.typed) - _stands(_typed(book)):
            fields.wrong(
                "open", t.gettext("You wrote hours. Choose \u201copen at these hours\u201d, or clear them.")
            )
        return []
    found: list[Hours] = []
    for day in range(7):
        for number in range(max(_most(book), SPLIT)):
            first, last = fields.raw(f"f{day}-{number}"), fields.raw(f"t{day}-{number}")
            if not first and not last:
                continue
            opens, closes = _clock(first), _clock(last)
            if opens is None or closes is None:
                fields.wrong(f"d{day}", t.gettext("Please write both times, as 09:00."))
            else:
                found.append(Hours(day, opens, closes))
    if not found and not fields.errors:
        fields.wrong("open", t.gettext("Please write the hours of one day at least."))
    return list(dict.fromkeys(found))


def read_special(fields: Fields, book: Book) -> tuple[date, time | None, time | None]:
    t = fields.t
    day = fields.day("day")
    if "day" not in fields.errors and any(one.day == day for one in book.special_days):
        fields.wrong("day", t.gettext("This day is there already. Remove it first."))
    if fields.raw("kind") != "open":
        return day, None, None
    opens, closes = _clock(fields.raw("from")), _clock(fields.raw("to"))
    if opens is None or closes is None:
        fields.wrong("from", t.gettext("Please write both times, as 09:00."))
    return day, opens, closes


def _typed(book: Book) -> Values:
    """The kept hours as they stand in the form."""
    found: dict[str, tuple[str, ...]] = {"open": ("hours" if book.hours else "always",)}
    for day in range(7):
        stretches = sorted((one for one in book.hours if one.weekday == day), key=lambda one: one.opens)
        for number, one in enumerate(stretches):
            found[f"f{day}-{number}"] = (f"{one.opens:%H:%M}",)
            found[f"t{day}-{number}"] = (f"{one.closes:%H:%M}",)
    return found


def _most(book: Book) -> int:
    """Stretches on the day that has most: a shop file may write more of them than people usually do."""
    return max((sum(one.weekday == day for one in book.hours) for day in range(7)), default=0)


def _stands(values: Values) -> set[tuple[str, str]]:
    """The times that stand in the fields of the week."""
    return {
        (name, text[-1])
        for name, text in values.items()
        if name.startswith(("f", "t")) and "-" in name and text[-1]
    }


def _stretch(values: Values, day: int, number: int) -> Stretch:
    first, last = f"f{day}-{number}", f"t{day}-{number}"
    return Stretch(first, last, values.get(first, ("",))[-1], values.get(last, ("",))[-1])


def _clock(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found.replace(second=0, microsecond=0)
