"""What people do to an incident by a plain form: go, arrive, close. Answers with a screen in any case."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException
from starlette.responses import RedirectResponse, Response

from server.db import incidents, places
from server.requests import Acknowledge, Arrive, Close, DeskClosed, Refusal, Request
from server.rules.incidents import SAID_BY_STAFF, Outcome, State
from server.web.board.routes import show_board
from server.web.frame import names
from server.web.frame.place import AtStore, Number, Place
from server.web.frame.words import Words
from server.web.incident.routes import show_incident

router = APIRouter()

BACK = Annotated[str, Form()]
"""`incident`: back to the incident's own screen instead of the board."""


@router.post("/s/{store}/incidents/{number}/acknowledge", response_class=Response)
def acknowledge(place: AtStore, number: Number, back: BACK = "") -> Response:
    incident = _incident(place, number)
    return _ask(place, number, Acknowledge(incident, place.visitor.account_id), back)


@router.post("/s/{store}/incidents/{number}/arrive", response_class=Response)
def arrive(place: AtStore, number: Number, back: BACK = "") -> Response:
    incident = _incident(place, number)
    return _ask(place, number, Arrive(incident, place.visitor.account_id), back)


@router.post("/s/{store}/incidents/{number}/close", response_class=Response)
def close(place: AtStore, number: Number, outcome: BACK = "", back: BACK = "") -> Response:
    incident = _incident(place, number)
    if outcome not in SAID_BY_STAFF:
        return _screen(place, number, back, place.words.gettext("Choose how it ended."), 422)
    return _ask(place, number, Close(incident, place.visitor.account_id, Outcome(outcome)), back)


def _incident(place: Place, number: int) -> UUID:
    with place.services.db.reading() as session:
        found = incidents.id_of(session, place.store.id, number)
    if found is None:
        raise HTTPException(404)
    return found


def _ask(place: Place, number: int, request: Request, back: str) -> Response:
    try:
        answer = place.services.desk.ask(request)
    except DeskClosed:
        words = place.words.gettext("The server did not answer in time. Please try again.")
        return _screen(place, number, back, words, 503)
    if isinstance(answer, Refusal):
        return _screen(place, number, back, why(answer, _name(place, answer.by), place.words), 409)
    return RedirectResponse(f"{place.url}/incidents/{number}" if back else f"{place.url}/board", 303)


def _name(place: Place, account: int | None) -> str | None:
    with place.services.db.reading() as session:
        person = places.people(session, [account]).get(account or 0)
    return person.name if person else None


def why(refusal: Refusal, by: str | None, t: Words) -> str:
    """Plain words for "nothing changed"."""
    if refusal.state is State.CLOSED:
        return t.gettext("This call is closed already.")
    if by is not None and refusal.state is not None:
        parts = {"name": by, "state": names.state(refusal.state, t)}
        return t.gettext("%(name)s was faster. The call is now: %(state)s.", **parts)
    if refusal.state is not None:
        return t.gettext(
            "Not possible any more. The call is now: %(state)s.", state=names.state(refusal.state, t)
        )
    return t.gettext("This call is not there any more.")


def _screen(place: Place, number: int, back: str, notice: str, status: int) -> Response:
    if back:
        return show_incident(place, number, notice=notice, status=status)
    return show_board(place, notice=notice, status=status)
