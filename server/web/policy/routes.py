"""Policies on screen: the list, the form of one, and what a press would do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import policies as rows
from server.db import setup_write
from server.db.engine_store import read_store
from server.rules.facts import Policy, Store
from server.rules.policies import BUILT_IN
from server.rules.rights import Right
from server.web.frame.place import Place, holding
from server.web.policy.asked import Asked, answer, asked
from server.web.policy.form import Raw, act, raw_of_form, raw_of_policy, read
from server.web.policy.timeline import Forecast
from server.web.policy.view import form_view, policies_view
from server.web.roster.desk import change, facts
from server.web.roster.fields import Fields, Typed, TypedForm
from server.web.roster.shifts import Key
from server.web.setup.shared import Changed

router = APIRouter()
Changing = Annotated[Place, Depends(holding(Right.CHANGE_POLICY))]


@dataclass(frozen=True, slots=True)
class TryScreen:
    url: str
    asked: Asked
    forecast: Forecast | None


@router.get("/s/{store}/setup/policies", response_class=Response)
def policies_screen(place: Changing) -> Response:
    with place.services.db.reading() as session:
        off = rows.switched_off(session, place.store.id)
    view = policies_view(facts(place), off, place.words, url=f"{place.url}/setup")
    return place.show("policy/policies.html", view, active="setup")


@router.get("/s/{store}/setup/policies/new", response_class=Response)
def new_policy(place: Changing) -> Response:
    raw = raw_of_policy(BUILT_IN)
    return _form(place, facts(place), raw, None, {}, {})


@router.get("/s/{store}/setup/policies/{key}", response_class=Response)
def one_policy(place: Changing, key: Key) -> Response:
    shop = facts(place)
    return _form(place, shop, raw_of_policy(_known(shop, key)), key, {}, {})


@router.post("/s/{store}/setup/policies/new", response_class=Response)
def add(place: Changing, typed: TypedForm) -> Response:
    return _take(place, None, typed)


@router.post("/s/{store}/setup/policies/{key}", response_class=Response)
def save(place: Changing, key: Key, typed: TypedForm) -> Response:
    return _take(place, key, typed)


@router.post("/s/{store}/setup/policies/{key}/off", response_class=Response)
def switch_off(place: Changing, key: Key) -> Response:
    return _switch(place, key, active=False)


@router.post("/s/{store}/setup/policies/{key}/on", response_class=Response)
def switch_on(place: Changing, key: Key) -> Response:
    return _switch(place, key, active=True)


@router.get("/s/{store}/setup/try", response_class=Response)
def try_screen(place: Changing, button: str = "", day: str = "", time: str = "") -> Response:
    shop = facts(place)
    question = asked(place, shop, button, day, time)
    view = TryScreen(f"{place.url}/setup", question, answer(place, shop, question))
    return place.show("policy/try.html", view, active="setup")


def _take(place: Place, key: int | None, typed: Typed) -> Response:
    """One of the buttons of the form: save it, try it, or change the form itself."""
    shop, fields = facts(place), Fields(typed, place.words)
    if key is not None:
        _known(shop, key)
    what, seen, raw = fields.raw("act"), fields.raw("seen"), raw_of_form(typed)
    moved = act(raw, what)
    if moved is not None:
        return _form(place, shop, moved, key, typed, {})
    policy = read(raw, key, shop, fields)
    if fields.errors:
        return _form(place, shop, raw, key, typed, fields.errors, status=422)
    if what == "try":
        return _form(place, shop, raw, key, typed, {}, tried=policy)
    try:
        done = change(place, "policy", policy.name, lambda session: _put(place, session, policy, seen))
    except Changed:
        return _changed_meanwhile(place, policy.id)
    if done is None:
        raise HTTPException(404)
    return RedirectResponse(f"{place.url}/setup/policies", 303)


def _put(place: Place, session: Session, policy: Policy, seen: str) -> int | None:
    """Raises Changed when it is not any more what the form was made of."""
    if policy.id is not None and seen:
        setup_write.lock(session, place.store.id)
        shop = read_store(session, place.store.id, place.services.now())
        kept = shop.policies.get(policy.id) if shop is not None else None
        if kept is not None and mark_of(kept) != seen:
            raise Changed
    return rows.save(session, place.store.id, policy)


def _changed_meanwhile(place: Place, key: int | None) -> Response:
    """What stands there now, instead of what this form knew: nothing was overwritten."""
    assert key is not None
    shop = facts(place)
    words = place.words.gettext(
        "Somebody else changed this meanwhile. Nothing of yours was saved: here is how it stands now."
    )
    raw = raw_of_policy(_known(shop, key))
    return _form(place, shop, raw, key, {}, {}, notice=words, status=409)


def mark_of(policy: Policy) -> str:
    """A few letters that change with it."""
    return hashlib.sha256(repr(policy).encode()).hexdigest()[:16]


def _switch(place: Place, key: int, *, active: bool) -> Response:
    store = place.store.id
    if not change(place, "policy", "", lambda session: rows.switch(session, store, key, active=active)):
        raise HTTPException(404)
    return RedirectResponse(f"{place.url}/setup/policies", 303)


def _known(shop: Store, key: int) -> Policy:
    found = shop.policies.get(key)
    if found is None:
        raise HTTPException(404)
    return found


def _form(
    place: Place,
    shop: Store,
    raw: Raw,
    key: int | None,
    typed: Typed,
    errors: dict[str, str],
    *,
    tried: Policy | None = None,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    fields = Fields(typed, place.words)
    question = asked(place, shop, fields.raw("button"), fields.raw("day"), fields.raw("time"))
    found = answer(place, shop, question, tried) if tried is not None else None
    kept = shop.policies.get(key) if key is not None else None
    seen = fields.raw("seen") or (mark_of(kept) if kept is not None else "")
    view = form_view(
        raw, key, shop, errors, question, found, place.words, url=f"{place.url}/setup", seen=seen
    )
    return place.show("policy/policy.html", view, active="setup", notice=notice, status=status)
