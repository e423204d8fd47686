"""Puts a shop file into the database. Loading it again brings the rows to what the file says now.

What has history (buttons, people, pagers) is switched off when it is no longer in the file, never deleted.
Names are the keys: a new name is a new person, so that the old one's history stays the old one's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists
from sqlmodel import Session, col, select

from server.db.rows import Rows, Summary
from server.db.tables import (
    Button,
    Carrier,
    Device,
    Incident,
    Pager,
    Policy,
    PolicyStep,
    Shift,
    Store,
    Transmitter,
    Zone,
)
from server.shop_file import ShopFile
from server.shop_parts import PolicyPart

TIMES = {"ttl_s", "exit_s", "attend_s", "repeat_s", "repeats"}
STEP = ("position", "after_s", "target", "role", "carrier_id")


def load_shop(session: Session, shop: ShopFile) -> Summary:
    """All of it or nothing, in the caller's transaction. Safe to repeat; a file without changes writes nothing."""
    rows = Rows(session, shop.store.id)
    store = {"store_id": shop.store.id}
    had = {row.id: row for row in session.exec(select(Store).where(Store.id == shop.store.id))}
    rows.put(Store, had, {shop.store.id: shop.store.model_dump(exclude={"server"})})
    _devices(rows, shop)
    zones = rows.put(
        Zone,
        rows.of(Zone, "name"),
        {part.name: store | part.model_dump() | {"position": at} for at, part in enumerate(shop.zones)},
    )
    zone_ids = {name: _id(row) for name, row in zones.items()}
    rows.put(
        Button,
        rows.of(Button, "device", "input"),
        {
            (part.device, part.input): store
            | part.model_dump(exclude={"zone"})
            | {"zone_id": zone_ids[part.zone]}
            for part in shop.buttons
        },
    )
    carriers = rows.put(
        Carrier,
        rows.of(Carrier, "name"),
        {part.name: store | part.model_dump() for part in shop.carriers},
    )
    people = {part.initials: _id(carriers[part.name]) for part in shop.carriers}
    _paging(rows, shop, people)
    _shifts(rows, shop, people, zone_ids)
    _policies(rows, shop, people, zone_ids)
    session.flush()
    return rows.summary


def _devices(rows: Rows, shop: ShopFile) -> None:
    """The server refuses what a device says that is not listed; so one that left the file is removed."""
    names = {part.id: part.name for part in (*shop.button_units, *shop.gateways)}
    wanted = {
        device: {"store_id": shop.store.id, "device": device, "kind": kind, "name": names.get(device, "")}
        for device, kind in shop.devices().items()
    }
    found = rows.put(Device, rows.of(Device, "device"), wanted)
    rows.remove("device", (row for key, row in found.items() if key not in wanted))


def _paging(rows: Rows, shop: ShopFile, people: dict[str, int]) -> None:
    store = {"store_id": shop.store.id}
    listed = {
        (part.gateway, part.name): store | part.model_dump(exclude={"url"}) | {"position": at}
        for at, part in enumerate(shop.transmitters)
    }
    lines = rows.put(Transmitter, rows.of(Transmitter, "gateway", "name"), listed)
    wanted = {}
    for part in shop.pagers:
        line = shop.transmitter(part.transmitter)
        wanted[part.label] = (
            store
            | part.model_dump(exclude={"carrier", "transmitter"})
            | {
                "carrier_id": people[part.carrier] if part.carrier else None,
                "transmitter_id": _id(lines[line.gateway, line.name]),
            }
        )
    pagers = rows.put(Pager, rows.of(Pager, "label"), wanted)
    used = {row.transmitter_id for row in pagers.values()}
    rows.remove(
        "transmitter", (row for key, row in lines.items() if key not in listed and row.id not in used)
    )


def _shifts(rows: Rows, shop: ShopFile, people: dict[str, int], zones: dict[str, int]) -> None:
    wanted = {
        (people[who], zones[zone] if zone else None, day, part.starts, part.ends)
        for part in shop.shifts
        for who in part.carrier
        for zone in (part.zone or (None,))
        for day in part.days
    }
    columns = ("carrier_id", "zone_id", "weekday", "starts", "ends")
    had = rows.of(Shift, *columns)
    rows.remove("shift", (row for key, row in had.items() if key not in wanted))
    new = {key: dict(zip(columns, key, strict=True)) | {"store_id": shop.store.id} for key in wanted}
    rows.put(Shift, had, new)


def _policies(rows: Rows, shop: ShopFile, people: dict[str, int], zones: dict[str, int]) -> None:
    """A zone has one policy, so the zone is its key. One that is not in the file any more must not go on
    working: it is removed, or does what the store's own does where an incident still names it."""
    parts = {zones[part.zone] if part.zone else None: part for part in shop.policies}
    wanted = {
        zone: {"store_id": shop.store.id, "zone_id": zone, **part.model_dump(include={"name", *TIMES})}
        for zone, part in parts.items()
    }
    found = rows.put(Policy, rows.of(Policy, "zone_id"), wanted)
    for zone, row in found.items():
        part = parts.get(zone)
        if part is None and not _is_named(rows.session, row):
            _steps(rows, row, None, people)
            rows.remove("policy", [row])
        elif (means := part or parts.get(None)) is not None:
            for name in TIMES:
                setattr(row, name, getattr(means, name))
            _steps(rows, row, means, people)


def _steps(rows: Rows, policy: Policy, part: PolicyPart | None, people: dict[str, int]) -> None:
    steps = enumerate(part.steps if part is not None else (), start=1)
    wanted: list[tuple[Any, ...]] = [
        (at, step.after_s, step.target, step.role, people[step.carrier] if step.carrier else None)
        for at, step in steps
    ]
    had = rows.session.exec(
        select(PolicyStep).where(PolicyStep.policy_id == policy.id).order_by(col(PolicyStep.position))
    ).all()
    if [tuple(getattr(row, name) for name in STEP) for row in had] == wanted:
        return
    rows.remove("step", had)
    for values in wanted:
        rows.session.add(PolicyStep(policy_id=_id(policy), **dict(zip(STEP, values, strict=True))))
    rows.summary.count(rows.summary.added, "step", len(wanted))


def _is_named(session: Session, policy: Policy) -> bool:
    return session.exec(select(exists().where(col(Incident.policy_id) == policy.id))).one()


def _id(row: Zone | Carrier | Transmitter | Policy) -> int:
    assert row.id is not None
    return row.id
