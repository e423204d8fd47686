"""Whose pager rings for a step of a policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from server.rules.facts import Pager, Step, Store

Floor: TypeAlias = Mapping[int, Collection[int | None]]
"""Carrier id -> the zones that the carrier's running shifts name (None: anywhere)."""


def called(store: Store, zone_id: int | None, step: Step, floor: Floor) -> tuple[Pager, ...]:
    """The pagers of everybody whom `step` names and who is on the floor, in a stable order.

    `zone`: those whose running shift names this zone; if there is none, those who work anywhere in the store.
    """
    known = {carrier: zones for carrier, zones in floor.items() if carrier in store.carriers}
    if step.target == "zone":
        here = {carrier for carrier, zones in known.items() if zone_id is not None and zone_id in zones}
        people = here or {carrier for carrier, zones in known.items() if None in zones}
    elif step.target == "role":
        people = {carrier for carrier in known if store.carriers[carrier].role == step.role}
    elif step.target == "carrier":
        people = {step.carrier_id} & set(known) if step.carrier_id is not None else set()
    else:
        people = set(known)
    return tuple(
        pager
        for pager in sorted(store.pagers, key=lambda one: one.id)
        if pager.carrier_id is not None and pager.carrier_id in people
    )


def pagers_of(store: Store, carrier_id: int | None) -> tuple[Pager, ...]:
    """The pagers on one person's wrist, on the floor or not."""
    return tuple(pager for pager in store.pagers if carrier_id is not None and pager.carrier_id == carrier_id)
