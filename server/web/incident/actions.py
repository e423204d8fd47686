"""What people do to an incident by a plain form. Answers with a screen in any case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from server.db import cause_tree, incidents, places
from server.requests import (
    AboutIncident,
    Acknowledge,
    Answer,
    Arrive,
    Close,
    DeskClosed,
    Ending,
    NeedHelp,
    PassOn,
    Refusal,
    RefusalReason,
)
from server.rules.incidents import Outcome
from server.web.board.routes import show_board
from server.web.frame.place import AtStore, Number, Place
from server.web.incident import forms, seen
from server.web.incident.ending import LONGEST, TypedEnding, read_ending
from server.web.incident.refusals import why
from server.web.incident.routes import show_incident
from server.web.staff.routes import show_me

router = APIRouter()

BACK = Annotated[str, Form(max_length=10)]
"""Where to go on: `incident`, `me`, or else the board."""
FIELD = Annotated[str, Form(max_length=10 * LONGEST)]


@router.post("/s/{store}/incidents/{number}/acknowledge", response_class=Response)
def acknowledge(place: AtStore, number: Number, back: BACK = "") -> Response:
    return _do(place, number, back, lambda which: Acknowledge(which, place.visitor.account_id))


@router.post("/s/{store}/incidents/{number}/arrive", response_class=Response)
def arrive(place: AtStore, number: Number, back: BACK = "") -> Response:
    return _do(place, number, back, lambda which: Arrive(which, place.visitor.account_id))


@router.post("/s/{store}/incidents/{number}/help", response_class=Response)
def need_help(place: AtStore, number: Number, back: BACK = "") -> Response:
    return _do(place, number, back, lambda which: NeedHelp(which, place.visitor.account_id))


@router.post("/s/{store}/incidents/{number}/false-press", response_class=Response)
def false_press(place: AtStore, number: Number, back: BACK = "") -> Response:
    """One movement: nothing else is asked."""
    ending = Ending(Outcome.FALSE_PRESS)
    return _do(place, number, back, lambda which: Close(which, place.visitor.account_id, ending))


@router.post("/s/{store}/incidents/{number}/pass", response_class=Response)
def pass_on(place: AtStore, number: Number, to: FIELD = "", back: BACK = "") -> Response:
    """`to`: a carrier, or nothing: whoever the policy calls next."""
    which = seen.found(place, number)
    if to and not (to.isascii() and to.isdigit() and len(to) <= 9):
        return forms.show_pass(place, number, back, notice=_not_there(place), status=422)
    carrier = int(to) if to else None
    with place.services.db.reading() as session:
        fits = incidents.may_take(session, which, carrier)
    if not fits:
        return forms.show_pass(place, number, back, notice=_not_there(place), status=409)
    request = PassOn(which.id, place.visitor.account_id, carrier)
    answer = _ask(place, request)
    if isinstance(answer, Refusal) and answer.reason in (RefusalReason.NOBODY, RefusalReason.BAD_VALUE):
        return forms.show_pass(place, number, back, notice=_why(place, answer), status=409)
    return _after(place, number, back, answer)


@router.post("/s/{store}/incidents/{number}/close", response_class=Response)
def close(
    place: AtStore,
    number: Number,
    outcome: FIELD = "",
    cause: FIELD = "",
    apology: FIELD = "",
    remedy: FIELD = "",
    cost: FIELD = "",
    back: BACK = "",
) -> Response:
    which = seen.found(place, number)
    given = TypedEnding(*(part[:LONGEST] for part in (outcome, cause, apology, remedy, cost)))
    with place.services.db.reading() as session:
        causes = cause_tree.causes(session, place.store.id)
    ending, errors = read_ending(given, causes, place.words)
    if ending is None:
        return forms.show_close(place, number, back, given, errors, status=422)
    answer = _ask(place, Close(which.id, place.visitor.account_id, ending))
    if answer is None or (isinstance(answer, Refusal) and answer.reason is RefusalReason.BAD_VALUE):
        notice = _busy(place) if answer is None else _why(place, answer)
        status = 503 if answer is None else 409
        return forms.show_close(place, number, back, given, {}, notice=notice, status=status)
    return _after(place, number, back, answer)


def _do(place: Place, number: int, back: str, build: Callable[[UUID], AboutIncident]) -> Response:
    which = seen.found(place, number)
    return _after(place, number, back, _ask(place, build(which.id)))


def _ask(place: Place, request: AboutIncident) -> Answer | None:
    """None: no answer in time."""
    try:
        return place.services.desk.ask(request)
    except DeskClosed:
        return None


def _after(place: Place, number: int, back: str, answer: Answer | None) -> Response:
    if answer is None:
        return _screen(place, number, back, _busy(place), 503)
    if isinstance(answer, Refusal):
        return _screen(place, number, back, _why(place, answer), 409)
    return RedirectResponse(forms.back_to(place, number, back), 303)


def _why(place: Place, refusal: Refusal) -> str:
    with place.services.db.reading() as session:
        person = places.people(session, [refusal.by]).get(refusal.by or 0)
    return why(refusal, person.name if person else None, place.words)


def _busy(place: Place) -> str:
    return place.words.gettext("The server did not answer in time. Please try again.")


def _not_there(place: Place) -> str:
    return place.words.gettext("Something that you chose is not there any more. Please choose again.")


def _screen(place: Place, number: int, back: str, notice: str, status: int) -> Response:
    if back == "me":
        return show_me(place, notice=notice, status=status)
    if back == "incident":
        return show_incident(place, number, notice=notice, status=status)
    return show_board(place, notice=notice, status=status)
