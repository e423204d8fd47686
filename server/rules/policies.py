"""Which policy holds for a press: by its zone or the zones above it, by the hour, by what kind of call it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from server.rules.facts import Policy, PolicyUse, Step, Store
from server.rules.local_time import any_runs
from server.rules.opening import is_open

BUILT_IN = Policy(
    id=None,
    ttl_s=120,
    exit_s=90,
    attend_s=120,
    repeat_s=30,
    repeats=5,
    steps=(Step(1, 0, "zone"), Step(2, 20, "role", "shift_lead"), Step(3, 20, "everybody")),
)
"""For a store that has not written its own yet: nobody is left uncalled."""

BUILT_IN_QUIET = Policy(
    id=None,
    ttl_s=120,
    exit_s=90,
    attend_s=120,
    repeat_s=30,
    repeats=5,
    steps=(
        Step(1, 0, "role", "security"),
        Step(2, 20, "role", "manager"),
    ),
    use=PolicyUse.QUIET,
    priority=1,
)
"""Never everybody: only those who may see a quiet call on their screens."""


def policy_for(
    store: Store, zone_id: int | None, now: datetime, *, quiet: bool = False, drill: bool = False
) -> Policy | None:
    """The policy of a press at `now`; None: the store is closed and calls nobody then. A drill is one of opening
    hours at any time.

    The nearest zone decides; within a zone one with hours that run before one without."""
    if quiet:
        return _nearest(store, zone_id, now, PolicyUse.QUIET) or BUILT_IN_QUIET
    if not drill and not is_open(store, now):
        return _nearest(store, zone_id, now, PolicyUse.CLOSED)
    return _nearest(store, zone_id, now, PolicyUse.CALL) or BUILT_IN


def policy_of(store: Store, policy_id: int | None, *, quiet: bool) -> Policy:
    """The policy under which an incident was opened; one that is gone since does what the store's own does."""
    found = store.policies.get(policy_id) if policy_id is not None else None
    if found is not None:
        return found
    return BUILT_IN_QUIET if quiet else BUILT_IN


def upwards(store: Store, zone_id: int | None) -> Iterator[int]:
    """A zone and the zones above it, nearest first. A ring in the tree ends the walk."""
    seen: set[int] = set()
    while zone_id is not None and zone_id not in seen:
        seen.add(zone_id)
        yield zone_id
        zone = store.zones.get(zone_id)
        zone_id = None if zone is None else zone.parent_id


def _nearest(store: Store, zone_id: int | None, now: datetime, use: PolicyUse) -> Policy | None:
    usable = [one for one in store.policies.values() if one.use is use]
    for place in (*upwards(store, zone_id), None):
        here = [one for one in usable if one.zone_id == place]
        timed = [one for one in here if one.hours and any_runs(one.hours, now, store.zone)]
        found = timed or [one for one in here if not one.hours]
        if found:
            return min(found, key=lambda one: one.id or 0)
    return None
