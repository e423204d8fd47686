"""The screen of one incident, and the list of the quiet ones for those who may know of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.responses import Response

from server.db import incidents
from server.rules.rights import Right
from server.web.frame.place import Number, Place, holding, knowing_of_quiet
from server.web.incident import quiet, seen
from server.web.incident.view import incident_view

router = APIRouter()
Looking = Annotated[Place, Depends(holding(Right.SEE_BOARD))]
Knowing = Annotated[Place, Depends(knowing_of_quiet)]

SCREENFUL = 50
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
"""The number where the screenful before ended."""


@router.get("/s/{store}/incidents/{number}", response_class=Response)
def incident_screen(place: Looking, number: Number) -> Response:
    return show_incident(place, number)


def show_incident(place: Place, number: int, *, notice: str | None = None, status: int = 200) -> Response:
    one = seen.found(place, number)
    seen.note_look(place, one)
    with place.services.db.reading() as session:
        whole = incidents.whole(session, place.store.id, number, quiet=one.quiet)
    if whole is None:
        raise HTTPException(404)
    view = incident_view(
        whole, place.services.now(), place.words, url=place.url, answers=place.may(Right.ANSWER)
    )
    active = "quiet" if one.quiet else "history"
    return place.show("incident/incident.html", view, active=active, notice=notice, status=status)


@router.get("/s/{store}/quiet", response_class=Response)
def quiet_screen(place: Knowing, before: Before = None) -> Response:
    """Place, time and how it ended; more is on the incident's own screen, and each look there is on record."""
    with place.services.db.reading() as session:
        found = incidents.latest(session, place.store.id, SCREENFUL + 1, before, quiet=True)
    view = quiet.quiet_list(found, SCREENFUL, place.words, url=place.url)
    return place.show("incident/quiet.html", view, active="quiet")
