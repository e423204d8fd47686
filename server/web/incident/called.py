""" "Nobody paged me": for each person of the store whether a pager rang for this call, and why or why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.db.incidents import Whole
from server.db.tables import Carrier, Page
from server.rules.journal import Action
from server.rules.pages import TELLS
from server.web.frame import names
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Asked:
    """One person, or one pager that nobody wears alone."""

    key: str
    who: str
    mood: str
    what: str
    """How far the best of the pages came; or that there was none."""
    why: str


@dataclass(frozen=True, slots=True)
class Called:
    rang: tuple[Asked, ...]
    left_out: tuple[Asked, ...]
    """Whom a step would have called."""
    rest: tuple[str, ...]
    """Names of those whom no step asked for."""


def called(whole: Whole, t: Words) -> Called:
    why, left = _reasons(whole)
    by_initials = _by_initials(whole.people)
    pages = [(page, label) for page, label in whole.pages if page.reason not in TELLS]
    rung: dict[tuple[int | None, str], list[Page]] = {}
    for page, label in pages:
        for pager, person in page.members or [(page.pager_id, page.carrier_id)]:
            worn = whole.labels.get(pager, label) if page.members else label
            rung.setdefault((person, "" if person is not None else worn), []).append(page)
    people = {person.id: person for person in whole.people}
    rang = tuple(_rang(people, person, label, found, why, t) for (person, label), found in rung.items())
    seen = {person for person, _ in rung}
    out = []
    for initials, code in left.items():
        known = by_initials.get(initials)
        if known is None or known.id not in seen:
            seen.add(known.id if known is not None else None)
            name = known.name if known is not None else initials
            out.append(Asked(f"o{initials}", name, "warn", t.gettext("not called"), names.why(code, t)))
    rest = tuple(person.name for person in whole.people if person.active and person.id not in seen)
    return Called(rang, tuple(out), rest)


def _rang(
    people: dict[int | None, Carrier],
    person: int | None,
    label: str,
    pages: list[Page],
    why: dict[str, str],
    t: Words,
) -> Asked:
    known = people.get(person) if person is not None else None
    best = names.furthest([(page.state, page.proof) for page in pages], t)
    good = any(page.state in ("transmitted", "confirmed") for page in pages)
    lost = all(page.state in ("failed", "expired", "cancelled", "unknown") for page in pages)
    reasons = dict.fromkeys(names.reason(page.reason, t) for page in pages)
    code = why.get(known.initials) if known is not None else None
    parts = [names.why(code, t) if code else "", *reasons]
    times = t.clock_s(pages[0].created_at)
    if len(pages) > 1:
        times += " \u00b7 " + t.ngettext("%(n)s page", "%(n)s pages", len(pages))
    return Asked(
        key=f"r{person if person is not None else label}",
        who=known.name if known is not None else label,
        mood="good" if good else "bad" if lost else "plain",
        what=f"{best} \u00b7 {times}",
        why=", ".join(part for part in parts if part),
    )


def _reasons(whole: Whole) -> tuple[dict[str, str], dict[str, str]]:
    """Initials -> why called, initials -> why left out, as the steps wrote it down."""
    why: dict[str, str] = {}
    left: dict[str, str] = {}
    for row, _ in whole.journal:
        if row.action in (Action.STEP, Action.STEP_SKIPPED):
            why |= _pairs(row.detail.get("who"))
            left |= _pairs(row.detail.get("left"))
    return why, {initials: code for initials, code in left.items() if initials not in why}


def _pairs(value: object) -> dict[str, str]:
    if not isinstance(value, list):
        return {}
    return {str(one[0]): str(one[1]) for one in value if isinstance(one, list) and len(one) == 2}


def _by_initials(people: Iterable[Carrier]) -> dict[str, Carrier]:
    """Only where they are one person's alone."""
    found: dict[str, list[Carrier]] = {}
    for person in people:
        found.setdefault(person.initials, []).append(person)
    return {initials: same[0] for initials, same in found.items() if len(same) == 1}
