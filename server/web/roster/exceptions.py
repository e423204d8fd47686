"""Dated exceptions to the weekly shifts, put in by a manager: an extra shift, time off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import RedirectResponse, Response

from server.db import roster as rows
from server.db.roster import ExceptionRow
from server.requests import SetDuty
from server.rules.facts import DutyKind, Store
from server.rules.rights import Right
from server.web.frame import names
from server.web.frame.place import Place, holding
from server.web.frame.words import Words
from server.web.roster.desk import ask, change, facts
from server.web.roster.fields import Fields, Typed, TypedForm
from server.web.roster.lists import Option, options, people, zone_name, zones
from server.web.roster.shifts import Key
from server.web.roster.view import moment

router = APIRouter()
Planning = Annotated[Place, Depends(holding(Right.PLAN_SHIFTS))]

KINDS = (DutyKind.WORK, DutyKind.AWAY)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Shown:
    key: int
    name: str
    kind: str
    mood: str
    first: str
    last: str
    zone: str
    now: bool


@dataclass(frozen=True, slots=True)
class Form:
    people: tuple[Option, ...]
    kinds: tuple[Option, ...]
    first: str
    last: str
    zones: tuple[Option, ...]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class Screen:
    url: str
    exceptions: tuple[Shown, ...]
    form: Form


@router.get("/s/{store}/roster/exceptions", response_class=Response)
def exceptions_screen(place: Planning) -> Response:
    tomorrow = place.words.local(place.services.now()).date() + timedelta(days=1)
    return _show(place, {"first": (f"{tomorrow}T09:00",), "last": (f"{tomorrow}T18:00",)}, {})


@router.post("/s/{store}/roster/exceptions", response_class=Response)
def add(place: Planning, typed: TypedForm) -> Response:
    shop, fields, now = facts(place), Fields(typed, place.words), place.services.now()
    request = _read(fields, shop, place.visitor.account_id, now)
    if request is None or fields.errors:
        return _show(place, typed, fields.errors, 422)
    refused = ask(place, request)
    if refused is not None:
        return _show(place, typed, {"last": refused}, 409)
    return RedirectResponse(f"{place.url}/roster/exceptions", 303)


@router.post("/s/{store}/roster/exceptions/{key}/remove", response_class=Response)
def remove(place: Planning, key: Key) -> Response:
    store, now = place.store.id, place.services.now()
    if not change(place, "duty", "", lambda session: rows.remove_exception(session, store, key, now)):
        raise HTTPException(404)
    return RedirectResponse(f"{place.url}/roster/exceptions", 303)


def _read(fields: Fields, shop: Store, account: int, now: datetime) -> SetDuty | None:
    t = fields.t
    who = fields.key("carrier", shop.carriers, needed=True)
    zone = fields.key("zone", shop.zones, needed=False)
    if fields.raw("kind") not in {one.value for one in KINDS}:
        fields.wrong("kind", t.gettext("Please choose from the list."))
    first, last = fields.moment("first", t.zone), fields.moment("last", t.zone)
    if last <= first:
        fields.wrong("last", t.gettext("The end must come after the beginning."))
    elif last - first > LONGEST:
        fields.wrong("last", t.gettext("At most a year at a time."))
    elif last <= now:
        fields.wrong("last", t.gettext("This is over already."))
    if fields.errors or who is None:
        return None
    return SetDuty(shop.id, account, who, DutyKind(fields.raw("kind")), last, first, zone)


def _show(place: Place, typed: Typed, errors: dict[str, str], status: int = 200) -> Response:
    shop, t, now = facts(place), place.words, place.services.now()
    fields = Fields(typed, t)
    with place.services.db.reading() as session:
        found = rows.exceptions(session, shop.id, now)
    form = Form(
        people=people(shop, t, fields.raw("carrier"), empty=t.gettext("Choose")),
        kinds=options([(one.value, names.duty(one.value, t)) for one in KINDS], fields.raw("kind")),
        first=fields.raw("first"),
        last=fields.raw("last"),
        zones=zones(shop, fields.raw("zone"), empty=t.gettext("Anywhere in the store")),
        errors=errors,
    )
    shown = tuple(_shown(one, shop, now, t) for one in found if one.carrier_id in shop.carriers)
    view = Screen(f"{place.url}/roster", shown, form)
    return place.show("roster/exceptions.html", view, active="roster", status=status)


def _shown(one: ExceptionRow, shop: Store, now: datetime, t: Words) -> Shown:
    carrier = shop.carriers[one.carrier_id]
    present = one.kind in (DutyKind.WORK.value, DutyKind.HERE.value)
    return Shown(
        key=one.id,
        name=carrier.name or carrier.initials,
        kind=names.duty(one.kind, t),
        mood="good" if present else "warn",
        first=moment(one.starts_at, now, t),
        last=moment(one.ends_at, now, t),
        zone=zone_name(shop, one.zone_id),
        now=one.starts_at <= now,
    )
