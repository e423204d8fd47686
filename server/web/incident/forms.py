"""The two actions that ask something first: to whom it is passed on, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import RedirectResponse, Response

from server.db import cause_tree, incidents
from server.db.cause_tree import CauseFacts, to_choose
from server.db.engine_store import read_store
from server.rules.facts import Store
from server.rules.incidents import MOVES, SAID_BY_STAFF, Event
from server.rules.remedies import Remedy
from server.rules.rights import Right
from server.rules.roster import Standing, roster
from server.rules.routing import pagers_of
from server.web.frame import names
from server.web.frame.place import Number, Place, holding
from server.web.frame.words import Words
from server.web.incident import seen
from server.web.incident.ending import TypedEnding
from server.web.staff.standing import standing_words

router = APIRouter()
Answering = Annotated[Place, Depends(holding(Right.ANSWER))]

BACKS = ("me", "incident")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    note: str = ""
    chosen: bool = False
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """What both forms know of their call."""

    url: str
    place: str
    title: str
    back: str
    back_url: str


@dataclass(frozen=True, slots=True)
class CloseForm:
    form: Form
    outcomes: tuple[Choice, ...]
    causes: tuple[Choice, ...]
    apologies: tuple[Choice, ...]
    remedies: tuple[Choice, ...]
    cost: str
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PassForm:
    form: Form
    people: tuple[Choice, ...]


@router.get("/s/{store}/incidents/{number}/close", response_class=Response)
def close_screen(place: Answering, number: Number, back: str = "") -> Response:
    return show_close(place, number, back, TypedEnding(), {})


@router.get("/s/{store}/incidents/{number}/pass", response_class=Response)
def pass_screen(place: Answering, number: Number, back: str = "") -> Response:
    return show_pass(place, number, back)


def back_to(place: Place, number: int, back: str) -> str:
    if back == "me":
        return f"{place.url}/me"
    return f"{place.url}/incidents/{number}" if back == "incident" else f"{place.url}/board"


def show_close(
    place: Place,
    number: int,
    back: str,
    given: TypedEnding,
    errors: Mapping[str, str],
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    """Nothing that was typed is lost, whatever was wrong with it."""
    one = seen.found(place, number)
    if status == 200 and (one.state, Event.CLOSE) not in MOVES:
        return RedirectResponse(back_to(place, number, back), 303)
    with place.services.db.reading() as session:
        causes = cause_tree.causes(session, place.store.id)
    view = close_form(_form(place, number, back), causes, given, errors, place.words)
    return place.show(
        "incident/close.html", view, active=_active(back, one.quiet), notice=notice, status=status
    )


def close_form(
    form: Form, causes: Sequence[CauseFacts], given: TypedEnding, errors: Mapping[str, str], t: Words
) -> CloseForm:
    return CloseForm(
        form=form,
        outcomes=tuple(
            Choice(said.value, names.outcome(said, t), chosen=said == given.outcome) for said in SAID_BY_STAFF
        ),
        causes=_causes(causes, given.cause, t),
        apologies=(
            Choice("yes", t.gettext("Yes"), chosen=given.apology == "yes"),
            Choice("no", t.gettext("No"), chosen=given.apology == "no"),
        ),
        remedies=tuple(
            Choice(one.value, names.remedy(one.value, t), chosen=one == given.remedy) for one in Remedy
        ),
        cost=given.cost,
        errors=errors,
    )


def show_pass(
    place: Place, number: int, back: str, *, notice: str | None = None, status: int = 200
) -> Response:
    one = seen.found(place, number)
    if status == 200 and (one.state, Event.PASS_ON) not in MOVES:
        return RedirectResponse(back_to(place, number, back), 303)
    now = place.services.now()
    with place.services.db.reading() as session:
        store = read_store(session, place.store.id, now)
    if store is None:
        raise HTTPException(404)
    me = place.visitor.carrier_in(place.store.id)
    view = PassForm(
        form=_form(place, number, back),
        people=people_here(store, roster(store, now), me, place.words, quiet=one.quiet),
    )
    return place.show(
        "incident/pass.html", view, active=_active(back, one.quiet), notice=notice, status=status
    )


def people_here(
    store: Store, standings: Sequence[Standing], me: int | None, t: Words, *, quiet: bool = False
) -> tuple[Choice, ...]:
    """Everybody here who wears a pager, but not oneself; for a quiet call only security and managers."""
    found = []
    for one in standings:
        carrier = store.carriers[one.carrier_id]
        fits = not quiet or carrier.role in incidents.KNOW_OF_QUIET
        if one.present and carrier.id != me and fits and pagers_of(store, carrier.id):
            found.append(Choice(str(carrier.id), carrier.name, standing_words(one, t)))
    return tuple(sorted(found, key=lambda one: one.label))


def _form(place: Place, number: int, back: str) -> Form:
    with place.services.db.reading() as session:
        where = incidents.place_of(session, place.store.id, number)
    return Form(
        url=f"{place.url}/incidents/{number}",
        place=where,
        title=place.words.gettext("Call %(number)s", number=number),
        back=back if back in BACKS else "",
        back_url=back_to(place, number, back),
    )


def _active(back: str, quiet: bool) -> str:
    return "quiet" if quiet else {"me": "me", "incident": "history"}.get(back, "board")


def _causes(found: Sequence[CauseFacts], given: str, t: Words) -> tuple[Choice, ...]:
    return tuple(
        Choice(str(one.id), names.cause(one.code, one.name, t), chosen=str(one.id) == given, depth=one.depth)
        for one in to_choose(found)
    )
