"""Things to choose from in the forms of the roster: people, rotations, zones, days of the week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.rules.facts import Store
from server.web.frame.words import Words
from server.web.roster.view import role

MONDAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool = False


def options(found: Iterable[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value, label, value == chosen) for value, label in found)


def people(store: Store, t: Words, chosen: str, *, empty: str | None = None) -> tuple[Option, ...]:
    """By name. `empty`: what stands first, for nobody."""
    named = sorted(store.carriers.values(), key=lambda one: (one.name.casefold(), one.id))
    first = [("", empty)] if empty is not None else []
    return options(
        [*first, *((str(one.id), f"{one.name or one.initials} \u00b7 {role(one.role, t)}") for one in named)],
        chosen,
    )


def zones(store: Store, chosen: str, *, empty: str) -> tuple[Option, ...]:
    """As a tree, each below the one it lies in."""
    return options([("", empty), *tree(store)], chosen)


def zone_name(store: Store, zone_id: int | None) -> str:
    """Nothing for "anywhere"."""
    found = store.zones.get(zone_id) if zone_id is not None else None
    return found.name if found is not None else ""


def tree(store: Store) -> Sequence[tuple[str, str]]:
    """(id, name) with a mark for each level; a ring in the tree loses nobody."""
    below: dict[int | None, list[int]] = {}
    for zone in sorted(store.zones.values(), key=lambda one: (one.name.casefold(), one.id)):
        below.setdefault(zone.parent_id if zone.parent_id in store.zones else None, []).append(zone.id)
    found: dict[int, str] = {}

    def walk(parent: int | None, depth: int) -> None:
        for key in below.get(parent, ()):
            if key not in found:
                found[key] = "\u2013 " * depth + store.zones[key].name
                walk(key, depth + 1)

    walk(None, 0)
    for key, zone in store.zones.items():
        found.setdefault(key, zone.name)
    return [(str(key), name) for key, name in found.items()]


def weekdays(t: Words, chosen: Sequence[str]) -> tuple[Option, ...]:
    days = (MONDAY + timedelta(days=number) for number in range(7))
    return tuple(
        Option(str(number), t.weekday_short(day), str(number) in chosen) for number, day in enumerate(days)
    )
