"""The list of changes in words: who, what, when, and what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from server.db.audit_read import QUIET, Wanted
from server.db.tables import AuditEntry
from server.rules.audit import Kind, Outcome
from server.web.audit import words
from server.web.frame.csv_out import Cell
from server.web.frame.words import Words, day_start
from server.web.history import filters
from server.web.history.view import Option, Select

DAYS = 31
STRANGERS = (Kind.CLI, Kind.SYSTEM, Kind.NOBODY, Kind.TABLET)


@dataclass(frozen=True, slots=True)
class Typed:
    """The filters as they stand in the address."""

    first: date
    last: date
    who: str = ""
    """The number of an account, or a kind of those without one."""
    what: str = ""
    """One of `words.GROUPS`."""

    def query(self, **more: object) -> str:
        parts = {"from": self.first, "to": self.last, "who": self.who, "what": self.what, **more}
        return urlencode({name: str(value) for name, value in parts.items() if value not in (None, "")})

    def wanted(self, t: Words, stores: Sequence[str], *, quiet: bool, before: int | None = None) -> Wanted:
        return Wanted(
            stores=stores,
            first=day_start(t.zone, self.first),
            last=day_start(t.zone, self.last + timedelta(days=1)),
            who=int(self.who) if self.who.isdigit() else None,
            kind=self.who if self.who in STRANGERS else None,
            actions=[one.value for one in words.GROUPS.get(self.what, ())],
            hidden=() if quiet else QUIET,
            before=before,
        )


def read(given: Mapping[str, str], today: date) -> Typed:
    days = filters.read(given, today)
    first = days.first if given.get("from") else days.last - timedelta(days=DAYS - 1)
    who, what = given.get("who", ""), given.get("what", "")
    known = who in STRANGERS or (who.isascii() and who.isdigit() and len(who) <= 9)
    return Typed(first, days.last, who if known else "", what if what in words.GROUPS else "")


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    day: str
    time: str
    who: str
    how: str
    """From where, or by which way."""
    sentence: str
    changes: tuple[Change, ...]
    refused: bool


@dataclass(frozen=True, slots=True)
class Log:
    first: str
    last: str
    selects: tuple[Select, ...]
    sentence: str
    lines: tuple[Line, ...]
    older: str | None
    plain: str
    export: str | None
    """None: this visitor may look and not carry away."""


def log(
    typed: Typed,
    rows: Sequence[AuditEntry],
    limit: int,
    known: Sequence[tuple[int, str]],
    t: Words,
    *,
    url: str,
    may_export: bool,
) -> Log:
    """`rows` may hold one more than `limit`: then there is an older screenful."""
    return Log(
        first=typed.first.isoformat(),
        last=typed.last.isoformat(),
        selects=_selects(typed, known, t),
        sentence=t.days(typed.first, typed.last),
        lines=tuple(line(row, t) for row in rows[:limit]),
        older=f"{url}/audit?{typed.query(before=rows[limit - 1].id)}" if len(rows) > limit else None,
        plain=f"{url}/audit",
        export=f"{url}/audit.csv?{typed.query()}" if may_export else None,
    )


def line(row: AuditEntry, t: Words) -> Line:
    thing = words.thing(row.target_kind, row.target_name, row.target_id, t)
    return Line(
        key=f"a{row.id}",
        day=t.day_short(row.at),
        time=t.clock_s(row.at),
        who=_who(row, t),
        how=" · ".join(
            part for part in (words.by_what(row.who_kind, t) if row.who_name else "", row.address) if part
        ),
        sentence=words.sentence(row.action, thing, t),
        changes=tuple(_changes(row, t)),
        refused=row.outcome == Outcome.REFUSED,
    )


def header(t: Words) -> list[Cell]:
    return [
        t.gettext("When"),
        t.gettext("Who"),
        t.gettext("From where"),
        t.gettext("What"),
        t.gettext("Changes"),
        t.gettext("Refused"),
        "action",
        "number",
        "hash",
    ]


def cells(row: AuditEntry, t: Words) -> list[Cell]:
    """A line of the export. The last ones are the same in every language, for a script."""
    shown = line(row, t)
    moment = t.local(row.at).isoformat(sep=" ", timespec="seconds")
    changes = "; ".join(f"{one.name}: {one.before} → {one.after}" for one in shown.changes)
    refused = t.gettext("yes") if shown.refused else ""
    return [moment, shown.who, shown.how, shown.sentence, changes, refused, row.action, row.number, row.hash]


def _who(row: AuditEntry, t: Words) -> str:
    if row.who_name:
        return row.who_name
    if row.who_kind in STRANGERS:
        return words.by_what(row.who_kind, t)
    return t.gettext("somebody who was forgotten")


def _changes(row: AuditEntry, t: Words) -> Iterator[Change]:
    for name, (before, after) in row.changes.items():
        yield Change(words.field(name, t), words.value(before, t), words.value(after, t))


def _selects(typed: Typed, known: Sequence[tuple[int, str]], t: Words) -> tuple[Select, ...]:
    def select(name: str, label: str, chosen: str, options: Sequence[tuple[str, str]]) -> Select:
        every = Option("", t.gettext("All"), not chosen)
        return Select(
            name, label, (every, *(Option(value, text, value == chosen) for value, text in options))
        )

    people = [(str(account), name or "?") for account, name in known]
    people += [(kind.value, words.by_what(kind, t)) for kind in STRANGERS]
    return (
        select("who", t.gettext("Who"), typed.who, people),
        select("what", t.gettext("What"), typed.what, words.groups(t)),
    )
