"""Rotations: people who take turns, how long a turn is, and whose the next ones are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import RedirectResponse, Response

from server.db import roster as rows
from server.db.roster import NewRotation
from server.rules.facts import Rotation, Store
from server.rules.rights import Right
from server.rules.roster import turn
from server.web.frame.place import Place, holding
from server.web.frame.words import Words
from server.web.roster.desk import change, facts
from server.web.roster.fields import Fields, Typed, TypedForm
from server.web.roster.lists import Option, people
from server.web.roster.shifts import Key

router = APIRouter()
Planning = Annotated[Place, Depends(holding(Right.PLAN_SHIFTS))]

TURNS = 4
SPARE = 2
"""Empty places at the end of the list of people."""
MOST_PEOPLE = 40
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Turn:
    days: str
    name: str
    now: bool


@dataclass(frozen=True, slots=True)
class Shown:
    key: int
    name: str
    length: str
    people: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Form:
    key: int | None
    name: str
    starts_on: str
    days: str
    people: tuple[tuple[Option, ...], ...]
    turns: tuple[Turn, ...]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class Screen:
    url: str
    rotations: tuple[Shown, ...]
    form: Form


@router.get("/s/{store}/roster/rotations", response_class=Response)
def rotations_screen(place: Planning) -> Response:
    today = place.words.local(place.services.now()).date()
    monday = today - timedelta(days=today.weekday())
    return _show(place, None, {"starts_on": (monday.isoformat(),), "days": ("7",)}, {})


@router.get("/s/{store}/roster/rotations/{key}", response_class=Response)
def one_rotation(place: Planning, key: Key) -> Response:
    found = facts(place).rotations.get(key)
    if found is None:
        raise HTTPException(404)
    typed = {
        "name": (found.name,),
        "starts_on": (found.starts_on.isoformat(),),
        "days": (str(found.days),),
        "person": tuple(str(one) for one in found.carriers),
    }
    return _show(place, key, typed, {})


@router.post("/s/{store}/roster/rotations", response_class=Response)
def add(place: Planning, typed: TypedForm) -> Response:
    return _save(place, None, typed)


@router.post("/s/{store}/roster/rotations/{key}", response_class=Response)
def save(place: Planning, key: Key, typed: TypedForm) -> Response:
    return _save(place, key, typed)


@router.post("/s/{store}/roster/rotations/{key}/remove", response_class=Response)
def remove(place: Planning, key: Key) -> Response:
    found = facts(place).rotations.get(key)
    name, store = found.name if found else "", place.store.id
    if not change(place, "rotation", name, lambda session: rows.remove_rotation(session, store, key)):
        raise HTTPException(404)
    return RedirectResponse(f"{place.url}/roster/rotations", 303)


def _save(place: Place, key: int | None, typed: Typed) -> Response:
    shop, fields = facts(place), Fields(typed, place.words)
    if key is not None and key not in shop.rotations:
        raise HTTPException(404)
    new = _read(fields, shop)
    if fields.errors or fields.raw("act") == "preview":
        return _show(place, key, typed, fields.errors, 422 if fields.errors else 200)
    done = change(place, "rotation", new.name, lambda session: rows.save_rotation(session, shop.id, key, new))
    if done is None:
        raise HTTPException(404)
    return RedirectResponse(f"{place.url}/roster/rotations", 303)


def _read(fields: Fields, shop: Store) -> NewRotation:
    name, starts_on = fields.text("name", 60), fields.day("starts_on")
    days = fields.number("days", 1, LONGEST_DAYS)
    chosen = [one for one in fields.every("person") if one]
    ids = {str(one): one for one in shop.carriers}
    known = [ids[one] for one in chosen if one in ids]
    if len(known) != len(chosen) or len(known) > MOST_PEOPLE:
        fields.wrong("person", fields.t.gettext("Please choose from the list."))
    elif not known:
        fields.wrong("person", fields.t.gettext("Please choose at least one person."))
    return NewRotation(name, starts_on, days, tuple(known))


def _show(place: Place, key: int | None, typed: Typed, errors: dict[str, str], status: int = 200) -> Response:
    shop, t = facts(place), place.words
    today = t.local(place.services.now()).date()
    fields = Fields(typed, t)
    chosen = [one for one in fields.every("person") if one][:MOST_PEOPLE]
    turns: tuple[Turn, ...] = ()
    if chosen and not errors:
        new = _read(Fields(typed, t), shop)
        if new.carriers:
            turns = _turns(Rotation(0, new.name, new.starts_on, new.days, new.carriers), shop, today, t)
    form = Form(
        key=key,
        name=fields.raw("name"),
        starts_on=fields.raw("starts_on"),
        days=fields.raw("days"),
        people=tuple(people(shop, t, one, empty="\u2013") for one in (*chosen, *([""] * SPARE))),
        turns=turns,
        errors=errors,
    )
    listed = sorted(shop.rotations.values(), key=lambda one: (one.name.casefold(), one.id))
    view = Screen(f"{place.url}/roster", tuple(_shown(one, shop, today, t) for one in listed), form)
    return place.show("roster/rotations.html", view, active="roster", status=status)


def _shown(one: Rotation, shop: Store, today: date, t: Words) -> Shown:
    return Shown(
        key=one.id,
        name=one.name,
        length=t.ngettext("a turn lasts %(n)s day", "a turn lasts %(n)s days", one.days),
        people=", ".join(_name(shop, carrier) for carrier in one.carriers),
        turns=_turns(one, shop, today, t),
    )


def _turns(one: Rotation, shop: Store, today: date, t: Words) -> tuple[Turn, ...]:
    """The turn that runs, or the first one, and those after it."""
    if not one.carriers:
        return ()
    passed = max(0, (today - one.starts_on).days // one.days)
    found = []
    for number in range(passed, passed + TURNS):
        first = one.starts_on + timedelta(days=number * one.days)
        last = first + timedelta(days=one.days - 1)
        found.append(Turn(t.days(first, last), _name(shop, turn(one, first) or 0), first <= today <= last))
    return tuple(found)


def _name(shop: Store, carrier: int) -> str:
    found = shop.carriers.get(carrier)
    return found.name or found.initials if found else "?"
