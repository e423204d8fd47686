"""The screen "Who is here": the floor now, the plan of any day, and one's own switch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import RedirectResponse, Response

from server.db.engine_store import read_store
from server.rules.day_plan import day_bounds, day_plan
from server.rules.facts import Store
from server.rules.rights import Right
from server.rules.roster import roster
from server.web.frame.place import Place, holding
from server.web.roster import exceptions, rotations, shifts
from server.web.roster.desk import ask, facts
from server.web.roster.fields import Fields, TypedForm, day_of
from server.web.roster.plan import Plan, plan_view
from server.web.roster.sayings import duty_of
from server.web.roster.view import Now, now_view

router = APIRouter()
Answering = Annotated[Place, Depends(holding(Right.ANSWER))]
for part in (shifts, rotations, exceptions):
    router.include_router(part.router)


@dataclass(frozen=True, slots=True)
class Screen:
    url: str
    now: Now | None
    """None: another day than today is shown."""
    plan: Plan
    plans: bool


@router.get("/s/{store}/roster", response_class=Response)
def roster_screen(place: Answering, day: str = "") -> Response:
    return show_roster(place, day=day_of(day))


@router.post("/s/{store}/roster/duty", response_class=Response)
def say(place: Answering, typed: TypedForm) -> Response:
    """One touch: about oneself, or by whoever plans shifts about somebody else."""
    fields, shop, now = Fields(typed, place.words), facts(place), place.services.now()
    me = shop.accounts.get(place.visitor.account_id)
    who = fields.key("carrier", shop.carriers, needed=True)
    if who is None:
        raise HTTPException(404)
    if who != me and not place.may(Right.PLAN_SHIFTS):
        raise HTTPException(403)
    request = duty_of(shop, fields.raw("say"), who, place.visitor.account_id, now)
    if request is None:
        raise HTTPException(422)
    refused = ask(place, request)
    if refused is not None:
        return show_roster(place, notice=refused, status=409)
    return RedirectResponse(f"{place.url}/roster", 303)


def show_roster(
    place: Place, *, day: date | None = None, notice: str | None = None, status: int = 200
) -> Response:
    t, now = place.words, place.services.now()
    today = t.local(now).date()
    chosen = day or today
    shop = facts(place)
    on_that_day = shop if chosen >= today else _as_it_was(place, shop, chosen)
    plan = day_plan(on_that_day, chosen)
    plans = place.may(Right.PLAN_SHIFTS)
    floor = None
    if chosen == today:
        me = shop.accounts.get(place.visitor.account_id)
        standings = roster(shop, now.replace(microsecond=0))
        floor = now_view(shop, standings, plan, now, t, me=me, plans=plans)
    view = Screen(f"{place.url}/roster", floor, plan_view(on_that_day, plan, chosen, today, t), plans)
    return place.show("roster/roster.html", view, active="roster", notice=notice, status=status)


def _as_it_was(place: Place, shop: Store, day: date) -> Store:
    """With the breaks and absences of a day that is over; shifts are as they are written down today."""
    with place.services.db.reading() as session:
        return read_store(session, place.store.id, day_bounds(shop, day)[0]) or shop
