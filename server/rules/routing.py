"""Whose pager rings for a step of a policy, in which order, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.rules.facts import Button, Carrier, Pager, Step, Store
from server.rules.policies import upwards
from server.rules.roster import Standing

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a step calls. `standing` is None for a pager that nobody carries alone."""

    pagers: tuple[Pager, ...]
    carrier: Carrier | None = None
    standing: Standing | None = None
    matches: int = 0
    """How many of language and skill that the place asks for this person has."""


def candidates(
    store: Store,
    button: Button,
    step: Step,
    roster: Iterable[Standing],
    last_paged: Mapping[int, datetime],
    *,
    without: Collection[int] = (),
) -> tuple[Candidate, ...]:
    """Who is called by `step`, the best first: language and skill, then who was not called for longest.

    `zone`: those whose work names this zone; if there is none of them, the zone above, and at last those who work
    anywhere. `without`: people who are left out, as if they were not here."""
    if step.target == "group":
        return tuple(Candidate((pager,)) for pager in store.pagers if pager.id == step.pager_id)
    worn = _worn(store)
    here = [one for one in roster if one.present and one.carrier_id in worn and one.carrier_id not in without]
    made = [
        Candidate(
            tuple(worn[one.carrier_id]),
            store.carriers[one.carrier_id],
            one,
            matches(button, store.carriers[one.carrier_id]),
        )
        for one in named(store, button.zone_id, step, here)
    ]
    made.sort(
        key=lambda one: (-one.matches, last_paged.get(_id(one), NEVER), _id(one)),
    )
    return tuple(made[: step.most])


def matches(button: Button, carrier: Carrier) -> int:
    return (button.language is not None and button.language in carrier.languages) + (
        button.skill is not None and button.skill in carrier.skills
    )


def pagers_of(store: Store, carrier_id: int | None) -> tuple[Pager, ...]:
    """The pagers on one person's wrist, on the floor or not."""
    return tuple(pager for pager in store.pagers if carrier_id is not None and pager.carrier_id == carrier_id)


def fallback_pagers(store: Store) -> tuple[Pager, ...]:
    """Who rings when nobody at all can be called."""
    return tuple(pager for pager in store.pagers if pager.fallback)


def named(store: Store, zone_id: int | None, step: Step, here: Sequence[Standing]) -> list[Standing]:
    """Whom of `here` a step means, with or without a pager."""
    if step.target == "zone":
        for place in (*upwards(store, zone_id), None):
            found = [one for one in here if place in one.zones]
            if found:
                return found
        return []
    if step.target == "role":
        return [one for one in here if store.carriers[one.carrier_id].role == step.role]
    if step.target == "carrier":
        return [one for one in here if one.carrier_id == step.carrier_id]
    return list(here)


def _worn(store: Store) -> dict[int, list[Pager]]:
    """Carrier -> pagers on that wrist."""
    found: dict[int, list[Pager]] = {}
    for pager in store.pagers:
        if pager.carrier_id is not None:
            found.setdefault(pager.carrier_id, []).append(pager)
    return found


def _id(candidate: Candidate) -> int:
    return candidate.carrier.id if candidate.carrier is not None else 0
