"""Puts a shop file into the database. Loading it again brings the rows to what the file says now.

What has history (zones, buttons, people, pagers, policies, causes) is switched off when it is no longer in the file,
never deleted. Names are the keys: a new name is a new person, so that the old one's history stays the old one's."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from server.db import shop_causes, shop_people, shop_policies
from server.db.rows import Rows, Summary
from server.db.tables import Button, Device, LastResort, Opening, SpecialDay, Store, Zone
from server.db.watch_codes import provide, put
from server.rules.watch_codes import ELSEWHERE
from server.shop_file import ShopFile

__all__ = ["Summary", "load_shop"]


def load_shop(session: Session, shop: ShopFile, *, file_hash: str | None = None) -> Summary:
    """All of it or nothing, in the caller's transaction. Safe to repeat; a file without changes writes nothing.

    `file_hash` is remembered as that of the file; a running server sees by the new revision that something changed."""
    rows = Rows(session, shop.store.id)
    had = {row.id: row for row in session.exec(select(Store).where(Store.id == shop.store.id))}
    found = rows.put(Store, had, {shop.store.id: shop.store.model_dump(exclude={"server"})})
    _hours(rows, shop)
    _devices(rows, shop)
    zones = _zones(rows, shop)
    _buttons(rows, shop, zones)
    people = shop_people.carriers(rows, shop)
    pagers = shop_people.paging(rows, shop, people)
    shop_people.working(rows, shop, people, zones)
    shop_policies.policies(rows, shop, zones, people, pagers)
    shop_causes.causes(rows, shop)
    _last_resort(rows, shop)
    _watches(rows, shop)
    store = found[shop.store.id]
    if rows.summary:
        store.revision += 1
    if file_hash is not None:
        store.file_hash = file_hash
    session.flush()
    return rows.summary


def _hours(rows: Rows, shop: ShopFile) -> None:
    weekly = {(day, part.starts, part.ends) for part in shop.opening for day in part.days}
    rows.exactly(Opening, ("weekday", "opens", "closes"), weekly)
    special = {(part.day, part.opens, part.closes) for part in shop.special_days}
    rows.exactly(SpecialDay, ("day", "opens", "closes"), special)


def _devices(rows: Rows, shop: ShopFile) -> None:
    """The server refuses what a device says that is not listed; so one that left the file is removed."""
    names = {part.id: part.name for part in (*shop.button_units, *shop.gateways)}
    keeper = shop.keeper()
    wanted = {
        device: {
            "store_id": shop.store.id,
            "device": device,
            "kind": kind,
            "keeper": device == keeper,
            **({} if kind == "s" else {"name": names.get(device) or ""}),  # no file names the server
        }
        for device, kind in shop.devices().items()
    }
    found = rows.put(Device, rows.of(Device, "device"), wanted)
    rows.remove("device", (row for key, row in found.items() if key not in wanted))


def _zones(rows: Rows, shop: ShopFile) -> dict[str, int]:
    """Name -> id."""
    had = rows.of(Zone, "name")
    new = {part.name for part in shop.zones if part.name not in had}
    place = rows.positions(had, [part.name for part in shop.zones])
    wanted: dict[Any, Any] = {
        part.name: part.model_dump(exclude={"parent"})
        | {"store_id": shop.store.id, "position": place[part.name]}
        for part in shop.zones
    }
    found = rows.put(Zone, had, wanted)
    rows.above(found, {part.name: part.parent for part in shop.zones}, new)
    return {name: row.id for name, row in found.items() if row.id is not None}


def _buttons(rows: Rows, shop: ShopFile, zones: dict[str, int]) -> None:
    wanted = {
        (part.device, part.input): part.model_dump(exclude={"zone"})
        | {"store_id": shop.store.id, "zone_id": zones[part.zone]}
        for part in shop.buttons
    }
    rows.put(Button, rows.of(Button, "device", "input"), wanted)


def _last_resort(rows: Rows, shop: ShopFile) -> None:
    wanted = {
        (part.kind, part.to): {"store_id": shop.store.id, "kind": part.kind, "target": part.to}
        for part in shop.last_resort
    }
    rows.put(LastResort, rows.of(LastResort, "kind", "target"), wanted)


def _watches(rows: Rows, shop: ShopFile) -> None:
    """Looked at twice: where two reasons share a code, only one can have it as its own, and the other one needs one."""
    wanted = {
        ELSEWHERE if part.device is None or part.input is None else (part.device, part.input): part.codes
        for part in shop.watch_codes
    }
    changed = put(rows.session, shop.store.id, wanted)
    rows.summary.count(rows.summary.added, "watch code", provide(rows.session, shop.store.id))
    changed += put(rows.session, shop.store.id, wanted)
    rows.summary.count(rows.summary.changed, "watch code", changed)
