"""Weekly shifts of people and of rotations: a table, and a form to add, change or remove one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import roster as rows
from server.db.roster import NewShift, ShiftRow
from server.rules.facts import Store
from server.rules.rights import Right
from server.web.frame.place import Place, holding
from server.web.frame.words import Words
from server.web.roster.desk import change, facts
from server.web.roster.fields import Fields, Typed, TypedForm
from server.web.roster.lists import Option, options, people, weekdays, zone_name, zones

router = APIRouter()
Planning = Annotated[Place, Depends(holding(Right.PLAN_SHIFTS))]
Key = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Shown:
    key: int
    day: str
    time: str
    zone: str


@dataclass(frozen=True, slots=True)
class Whose:
    key: str
    """p-7 or r-2; where the screen stands after a shift was saved."""
    name: str
    shifts: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Form:
    key: int | None
    """None: a new one."""
    who: tuple[Option, ...]
    days: tuple[Option, ...]
    starts: str
    ends: str
    zones: tuple[Option, ...]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class Screen:
    url: str
    people: tuple[Whose, ...]
    without: tuple[str, ...]
    """Names of people who have no shift at all."""
    form: Form


@router.get("/s/{store}/roster/shifts", response_class=Response)
def shifts_screen(place: Planning) -> Response:
    return _show(place, None, {"starts": ("09:00",), "ends": ("18:00",)}, {})


@router.get("/s/{store}/roster/shifts/{key}", response_class=Response)
def one_shift(place: Planning, key: Key) -> Response:
    return _show(place, key, _typed_of(_row(place, key)), {})


@router.post("/s/{store}/roster/shifts", response_class=Response)
def add(place: Planning, typed: TypedForm) -> Response:
    return _save(place, None, typed)


@router.post("/s/{store}/roster/shifts/{key}", response_class=Response)
def save(place: Planning, key: Key, typed: TypedForm) -> Response:
    _row(place, key)
    return _save(place, key, typed)


@router.post("/s/{store}/roster/shifts/{key}/remove", response_class=Response)
def remove(place: Planning, key: Key) -> Response:
    store = place.store.id
    if not change(place, "shift", "", lambda session: rows.remove_shift(session, store, key)):
        raise HTTPException(404)
    return RedirectResponse(f"{place.url}/roster/shifts", 303)


def _row(place: Place, key: int) -> ShiftRow:
    row = next((one for one in _rows(place) if one.id == key), None)
    if row is None:
        raise HTTPException(404)
    return row


def _save(place: Place, key: int | None, typed: Typed) -> Response:
    shop, fields = facts(place), Fields(typed, place.words)
    new = _read(fields, shop)
    if fields.errors:
        return _show(place, key, typed, fields.errors, 422)
    if not change(place, "shift", _name(shop, new), lambda session: _put(session, shop.id, key, new)):
        raise HTTPException(404)
    return RedirectResponse(f"{place.url}/roster/shifts#{_key(new)}", 303)


def _key(one: NewShift | ShiftRow) -> str:
    return f"p-{one.carrier_id}" if one.carrier_id is not None else f"r-{one.rotation_id}"


def _put(session: Session, store: str, key: int | None, new: NewShift) -> bool:
    if key is not None:
        return rows.change_shift(session, store, key, new)
    rows.add_shifts(session, store, new)
    return True


def _read(fields: Fields, shop: Store) -> NewShift:
    carrier = rotation = None
    kind, _, number = fields.raw("who").partition("-")
    known = shop.carriers if kind == "p" else shop.rotations if kind == "r" else {}
    if number.isascii() and number.isdigit() and int(number) in known:
        carrier, rotation = (int(number), None) if kind == "p" else (None, int(number))
    else:
        fields.wrong("who", fields.t.gettext("Please choose from the list."))
    days = sorted({int(day) for day in fields.every("day") if day in set("0123456")})
    if not days:
        fields.wrong("day", fields.t.gettext("Please choose at least one day."))
    starts, ends = fields.clock("starts"), fields.clock("ends")
    zone = fields.key("zone", shop.zones, needed=False)
    return NewShift(carrier, rotation, zone, tuple(days), starts, ends)


def _name(shop: Store, new: NewShift) -> str:
    if new.carrier_id is not None:
        return shop.carriers[new.carrier_id].initials
    return shop.rotations[new.rotation_id or 0].name


def _rows(place: Place) -> tuple[ShiftRow, ...]:
    with place.services.db.reading() as session:
        return rows.shifts(session, place.store.id)


def _typed_of(row: ShiftRow) -> Typed:
    return {
        "who": (_key(row),),
        "day": (str(row.weekday),),
        "starts": (_hm(row.starts),),
        "ends": (_hm(row.ends),),
        "zone": (str(row.zone_id or ""),),
    }


def _show(place: Place, key: int | None, typed: Typed, errors: dict[str, str], status: int = 200) -> Response:
    shop, t = facts(place), place.words
    fields = Fields(typed, t)
    named = [(f"p-{one.value}", one.label) for one in people(shop, t, "")]
    by_name = sorted(shop.rotations.values(), key=lambda one: (one.name.casefold(), one.id))
    named += [(f"r-{one.id}", t.gettext("Rotation: %(name)s", name=one.name)) for one in by_name]
    form = Form(
        key=key,
        who=options([("", t.gettext("Choose")), *named], fields.raw("who")),
        days=weekdays(t, fields.every("day")),
        starts=fields.raw("starts"),
        ends=fields.raw("ends"),
        zones=zones(shop, fields.raw("zone"), empty=t.gettext("Anywhere in the store")),
        errors=errors,
    )
    found = _rows(place)
    working = {row.carrier_id for row in found} | {
        carrier for one in shop.rotations.values() for carrier in one.carriers
    }
    without = tuple(sorted(one.name for one in shop.carriers.values() if one.id not in working))
    view = Screen(f"{place.url}/roster", _table(shop, found, t), without, form)
    return place.show("roster/shifts.html", view, active="roster", status=status)


def _table(shop: Store, found: Sequence[ShiftRow], t: Words) -> tuple[Whose, ...]:
    days = weekdays(t, ())
    own: dict[tuple[str, str], list[Shown]] = {}
    for row in sorted(found, key=lambda one: (one.weekday, one.starts, zone_name(shop, one.zone_id))):
        if row.carrier_id is not None and row.carrier_id not in shop.carriers:
            continue  # somebody who left
        if row.carrier_id is not None:
            name = shop.carriers[row.carrier_id].name
        else:
            rotation = shop.rotations.get(row.rotation_id or 0)
            name = t.gettext("Rotation: %(name)s", name=rotation.name if rotation else "?")
        zone = zone_name(shop, row.zone_id)
        hours = f"{_hm(row.starts)}\u2013{_hm(row.ends)}"
        own.setdefault((name, _key(row)), []).append(Shown(row.id, days[row.weekday].label, hours, zone))
    return tuple(
        Whose(key, name, tuple(own[name, key]))
        for name, key in sorted(own, key=lambda one: (one[0].casefold(), one[1]))
    )


def _hm(at: time) -> str:
    return at.strftime("%H:%M")
