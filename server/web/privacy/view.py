"""How long data is kept, in words: what each kind is, what a change would delete, and what old copies still hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.db.privacy.rules import COUNT_UP_TO, Kept
from server.db.setup_book import Person
from server.rules.retention import BOUNDS, NIGHT, Kind
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    label: str
    what: str
    days: str
    least: int
    most: int
    bounds: str
    error: str
    goes: str
    """What would be deleted in the next night; empty: nobody asked."""
    copies: str
    """What old copies of the database still hold."""


@dataclass(frozen=True, slots=True)
class Somebody:
    key: str
    name: str
    export: str
    forget: str | None
    """None: still works here."""


@dataclass(frozen=True, slots=True)
class PrivacyView:
    url: str
    back: str
    rules: tuple[Rule, ...]
    night: str
    looked: str
    """What was looked at, so that only that can be saved; empty: look first."""
    warning: str
    people: tuple[Somebody, ...]


def privacy_view(
    kept: Mapping[Kind, Kept],
    people: Sequence[Person],
    t: Words,
    url: str,
    *,
    typed: Mapping[Kind, str] | None = None,
    errors: Mapping[str, str] | None = None,
    goes: Mapping[Kind, int] | None = None,
) -> PrivacyView:
    """`url`: of the setup. `goes`: what the typed days would delete."""
    rules = tuple(_rule(kept[kind], t, typed, errors or {}, goes) for kind in BOUNDS)
    return PrivacyView(
        url=f"{url}/privacy",
        back=url,
        rules=rules,
        night=t.gettext(
            "What is older goes every night between %(first)s and %(last)s.",
            first=NIGHT[0].strftime("%H:%M"),
            last=NIGHT[1].strftime("%H:%M"),
        ),
        looked=looked({kind: int(typed[kind]) for kind in BOUNDS}) if typed and goes is not None else "",
        warning=_warning(goes, t) if goes is not None else "",
        people=tuple(_somebody(one, url) for one in sorted(people, key=lambda one: one.name.casefold())),
    )


def looked(days: Mapping[Kind, int]) -> str:
    return ".".join(str(days[kind]) for kind in BOUNDS)


def _rule(
    kept: Kept,
    t: Words,
    typed: Mapping[Kind, str] | None,
    errors: Mapping[str, str],
    goes: Mapping[Kind, int] | None,
) -> Rule:
    kind, bounds = kept.kind, BOUNDS[kept.kind]
    label, what = named(kind, t)
    return Rule(
        name=kind.value,
        label=label,
        what=what,
        days=typed[kind] if typed is not None else str(kept.days),
        least=bounds.least,
        most=bounds.most,
        bounds=t.gettext(
            "From %(least)s to %(most)s days; usual are %(usual)s.",
            least=t.number(bounds.least),
            most=t.number(bounds.most),
            usual=t.number(bounds.usual),
        ),
        error=errors.get(kind.value, ""),
        goes=_goes(kind, goes[kind], t) if goes is not None else "",
        copies=t.gettext(
            "Copies of the database made before %(day)s, %(time)s still hold what went.",
            day=t.day(kept.done_at),
            time=t.clock(kept.done_at),
        )
        if kept.done_at is not None
        else "",
    )


def named(kind: Kind, t: Words) -> tuple[str, str]:
    return {
        Kind.STAFF: (
            t.gettext("Who of the staff did what"),
            t.gettext(
                "Who was called and who went, breaks and absences, texts on pagers. The calls stay, with all times."
            ),
        ),
        Kind.LETTERS: (
            t.gettext("Mails and webhooks of calls"),
            t.gettext("To whom they went and whether they arrived."),
        ),
        Kind.REFUSED: (
            t.gettext("Copies of refused messages"),
            t.gettext("The first one of each hour, as it came. How many there were stays."),
        ),
        Kind.AUDIT: (
            t.gettext("The list of changes"),
            t.gettext("Who changed and looked at what."),
        ),
        Kind.CALLS: (
            t.gettext("Calls and presses"),
            t.gettext("The figures themselves: when, where, how fast, how it ended."),
        ),
    }[kind]


def _goes(kind: Kind, count: int, t: Words) -> str:
    if not count:
        return t.gettext("Nothing is that old.")
    if count > COUNT_UP_TO:
        number = t.number(COUNT_UP_TO)
        return {
            Kind.STAFF: t.gettext("More than %(number)s calls lose the names in them.", number=number),
            Kind.REFUSED: t.gettext("More than %(number)s copies are wiped.", number=number),
        }.get(kind, t.gettext("More than %(number)s are deleted.", number=number))
    return {
        Kind.STAFF: t.ngettext(
            "%(n)s call loses the names in it.", "%(n)s calls lose the names in them.", count
        ),
        Kind.REFUSED: t.ngettext("%(n)s copy is wiped.", "%(n)s copies are wiped.", count),
    }.get(kind, t.ngettext("%(n)s is deleted.", "%(n)s are deleted.", count))


def _warning(goes: Mapping[Kind, int], t: Words) -> str:
    if any(goes.values()):
        return t.gettext(
            "In the next night this goes for good. No one can bring it back, but from a copy of the database."
        )
    return t.gettext("With these days nothing goes in the next night.")


def _somebody(person: Person, url: str) -> Somebody:
    base = f"{url}/people/{person.id}"
    return Somebody(
        f"p{person.id}", person.name, f"{base}/held.json", None if person.active else f"{base}/forget"
    )
