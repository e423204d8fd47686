"""What people do to an incident by a plain form. Answers with a screen in any case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from server.db import cause_tree, incidents
from server.requests import (
    AboutIncident,
    Acknowledge,
    Answer,
    Arrive,
    Close,
    Ending,
    NeedHelp,
    PassOn,
    Refusal,
    RefusalReason,
)
from server.rules.incidents import Outcome
from server.rules.rights import Right
from server.web.board.routes import show_board
from server.web.frame.place import Number, Place, holding
from server.web.incident import forms, seen
from server.web.incident.asking import ask, busy, not_there, refused
from server.web.incident.ending import LONGEST, TypedEnding, read_ending
from server.web.incident.routes import show_incident
from server.web.staff.routes import show_me

router = APIRouter()
Answering = Annotated[Place, Depends(holding(Right.ANSWER))]

BACK = Annotated[str, Form(max_length=10)]
"""Where to go on: `incident`, `me`, or else the board."""
FIELD = Annotated[str, Form(max_length=10 * LONGEST)]


@router.post("/s/{store}/incidents/{number}/acknowledge", response_class=Response)
def acknowledge(place: Answering, number: Number, back: BACK = "") -> Response:
    return _do(place, number, back, lambda which: Acknowledge(which, place.visitor.account_id))


@router.post("/s/{store}/incidents/{number}/arrive", response_class=Response)
def arrive(place: Answering, number: Number, back: BACK = "") -> Response:
    return _do(place, number, back, lambda which: Arrive(which, place.visitor.account_id))


@router.post("/s/{store}/incidents/{number}/help", response_class=Response)
def need_help(place: Answering, number: Number, back: BACK = "") -> Response:
    return _do(place, number, back, lambda which: NeedHelp(which, place.visitor.account_id))


@router.post("/s/{store}/incidents/{number}/false-press", response_class=Response)
def false_press(place: Answering, number: Number, back: BACK = "") -> Response:
    """One movement: nothing else is asked."""
    ending = Ending(Outcome.FALSE_PRESS)
    return _do(place, number, back, lambda which: Close(which, place.visitor.account_id, ending))


@router.post("/s/{store}/incidents/{number}/pass", response_class=Response)
def pass_on(place: Answering, number: Number, to: FIELD = "", back: BACK = "") -> Response:
    """`to`: a carrier, or nothing: whoever the policy calls next."""
    which = seen.found(place, number)
    if to and not (to.isascii() and to.isdigit() and len(to) <= 9):
        return forms.show_pass(place, number, back, notice=not_there(place.words), status=422)
    carrier = int(to) if to else None
    with place.services.db.reading() as session:
        fits = incidents.may_take(session, which, carrier)
    if not fits:
        return forms.show_pass(place, number, back, notice=not_there(place.words), status=409)
    request = PassOn(which.id, place.visitor.account_id, carrier)
    answer = ask(place.services, request)
    if isinstance(answer, Refusal) and answer.reason in (RefusalReason.NOBODY, RefusalReason.BAD_VALUE):
        return forms.show_pass(
            place, number, back, notice=refused(place.services, answer, place.words), status=409
        )
    return _after(place, number, back, answer)


@router.post("/s/{store}/incidents/{number}/close", response_class=Response)
def close(
    place: Answering,
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
    answer = ask(place.services, Close(which.id, place.visitor.account_id, ending))
    if answer is None or (isinstance(answer, Refusal) and answer.reason is RefusalReason.BAD_VALUE):
        notice = busy(place.words) if answer is None else refused(place.services, answer, place.words)
        status = 503 if answer is None else 409
        return forms.show_close(place, number, back, given, {}, notice=notice, status=status)
    return _after(place, number, back, answer)


def _do(place: Place, number: int, back: str, build: Callable[[UUID], AboutIncident]) -> Response:
    which = seen.found(place, number)
    return _after(place, number, back, ask(place.services, build(which.id)))


def _after(place: Place, number: int, back: str, answer: Answer | None) -> Response:
    if answer is None:
        return _screen(place, number, back, busy(place.words), 503)
    if isinstance(answer, Refusal):
        return _screen(place, number, back, refused(place.services, answer, place.words), 409)
    return RedirectResponse(forms.back_to(place, number, back), 303)


def _screen(place: Place, number: int, back: str, notice: str, status: int) -> Response:
    if back == "me":
        return show_me(place, notice=notice, status=status)
    if back == "incident":
        return show_incident(place, number, notice=notice, status=status)
    return show_board(place, notice=notice, status=status)
