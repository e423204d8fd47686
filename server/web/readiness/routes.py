"""Readiness of a store, and "Try everything now"."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.requests import DeskClosed, Refusal, RunCanaries
from server.rules.rights import Right
from server.web.frame.place import Place, holding
from server.web.readiness.load import load
from server.web.readiness.view import Screen, screen

router = APIRouter()
Looking = Annotated[Place, Depends(holding(Right.SEE_BOARD))]
Trying = Annotated[Place, Depends(holding(Right.COMMAND_DEVICES))]


@router.get("/s/{store}/readiness", response_class=Response)
def readiness_screen(place: Looking) -> Response:
    return _show(place)


@router.get("/s/{store}/readiness/now", response_class=Response)
def readiness_now(place: Looking) -> Response:
    """The inner part alone: the screen asks for it again and again."""
    return HTMLResponse(place.screens.render("readiness/fragment.html", place.words, v=_view(place)))


@router.post("/s/{store}/readiness/try", response_class=Response)
def try_now(
    place: Trying, device: Annotated[str, Form(max_length=32, pattern=r"^[a-z0-9-]*$")] = ""
) -> Response:
    t = place.words
    try:
        answer = place.services.desk.ask(
            RunCanaries(place.store.id, place.visitor.account_id, device or None, place.visitor.actor)
        )
    except DeskClosed:
        return _show(place, t.gettext("The server did not answer in time. Please try again."), 503)
    if isinstance(answer, Refusal):
        return _show(place, t.gettext("There is nothing to be tried yet: no button is set up."), 409)
    return RedirectResponse(f"{place.url}/readiness", 303)


def _show(place: Place, notice: str | None = None, status: int = 200) -> Response:
    view = _view(place)
    return place.show("readiness/readiness.html", view, active="readiness", notice=notice, status=status)


def _view(place: Place) -> Screen:
    now = place.services.now()
    with place.services.db.reading() as session:
        whole = load(session, place.store.id, now)
    return screen(
        whole,
        now,
        place.words,
        url=place.url,
        may_try=place.may(Right.COMMAND_DEVICES),
        devices=place.may(Right.SEE_DEVICES),
    )
