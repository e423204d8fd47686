"""The people of a shop file, what they wear and when they work, as rows."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from server.db.rows import Rows
from server.db.tables import Carrier, Pager, Rotation, RotationMember, Shift, Transmitter
from server.shop_file import ShopFile
from server.shop_parts import OF_THE_GATEWAY

SHIFT = ("carrier_id", "rotation_id", "zone_id", "weekday", "starts", "ends")


def carriers(rows: Rows, shop: ShopFile) -> dict[str, int]:
    """Initials -> id."""
    lists = {"languages", "skills"}
    wanted = {
        part.name: part.model_dump(exclude=lists)
        | {"store_id": shop.store.id, "languages": list(part.languages), "skills": list(part.skills)}
        for part in shop.carriers
    }
    found = rows.put(Carrier, rows.of(Carrier, "name"), wanted)
    return {part.initials: _id(found[part.name]) for part in shop.carriers}


def paging(rows: Rows, shop: ShopFile, people: dict[str, int]) -> dict[str, int]:
    """Transmitters and pagers; label of a pager -> id."""
    had = rows.of(Transmitter, "gateway", "name")
    place = rows.positions(had, [(part.gateway, part.name) for part in shop.transmitters])
    listed: dict[Any, Any] = {
        (part.gateway, part.name): part.model_dump(exclude={*OF_THE_GATEWAY, "standby"})
        | {"store_id": shop.store.id, "position": place[part.gateway, part.name]}
        for part in shop.transmitters
    }
    new = set(listed) - set(had)
    lines = rows.put(Transmitter, had, listed)
    standbys = {
        (part.gateway, part.name): None if part.standby is None else shop.transmitter(part.standby)
        for part in shop.transmitters
    }
    rows.point(
        lines,
        "standby_id",
        {key: None if one is None else _id(lines[one.gateway, one.name]) for key, one in standbys.items()},
        new,
    )
    wanted = {}
    for part in shop.pagers:
        line = shop.transmitter(part.transmitter)
        wanted[part.label] = part.model_dump(exclude={"carrier", "transmitter", "members"}) | {
            "store_id": shop.store.id,
            "carrier_id": people[part.carrier] if part.carrier else None,
            "transmitter_id": _id(lines[line.gateway, line.name]),
        }
    had_pagers = rows.of(Pager, "label")
    fresh = set(wanted) - set(had_pagers)
    pagers = rows.put(Pager, had_pagers, wanted)
    groups = {part.label: [_id(pagers[label]) for label in part.members] for part in shop.pagers}
    rows.point(pagers, "members", groups, fresh)
    used = {row.transmitter_id for row in pagers.values()} | {row.standby_id for row in lines.values()}
    rows.remove(
        "transmitter", (row for key, row in lines.items() if key not in listed and row.id not in used)
    )
    return {label: _id(row) for label, row in pagers.items()}


def working(rows: Rows, shop: ShopFile, people: dict[str, int], zones: dict[str, int]) -> None:
    """Rotations and the weekly shifts. Neither has history: the rows are exactly what the file says."""
    wanted = {
        part.name: {"store_id": shop.store.id, **part.model_dump(exclude={"carriers"})}
        for part in shop.rotations
    }
    found = rows.put(Rotation, rows.of(Rotation, "name"), wanted)
    for part in shop.rotations:
        _members(rows, found[part.name], [people[who] for who in part.carriers])
    nobody: list[int | None] = [None]
    shifts: set[tuple[Any, ...]] = {
        (who, _id(found[part.rotation]) if part.rotation else None, place, day, part.starts, part.ends)
        for part in shop.shifts
        for who in ([people[one] for one in part.carrier] or nobody)
        for place in ([zones[one] for one in part.zone] or nobody)
        for day in part.days
    }
    rows.exactly(Shift, SHIFT, shifts)
    kept = {_id(found[name]) for name in wanted}
    every = rows.session.exec(select(Rotation).where(Rotation.store_id == shop.store.id))
    gone = [row for row in every if _id(row) not in kept]  # also one that people gave the name of another
    for row in gone:
        _members(rows, row, [])
    rows.remove("rotation", gone)


def _members(rows: Rows, rotation: Rotation, people: list[int]) -> None:
    had = rows.session.exec(
        select(RotationMember)
        .where(RotationMember.rotation_id == rotation.id)
        .order_by(col(RotationMember.position))
    ).all()
    if [row.carrier_id for row in had] == people:
        return
    rows.remove("turn", had)
    for place, who in enumerate(people):
        rows.session.add(RotationMember(rotation_id=_id(rotation), position=place, carrier_id=who))
    rows.summary.count(rows.summary.added, "turn", len(people))


def _id(row: Carrier | Transmitter | Pager | Rotation) -> int:
    assert row.id is not None
    return row.id
