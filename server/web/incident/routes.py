"""The screen of one incident."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from server.db import incidents
from server.web.frame.place import AtStore, Number, Place
from server.web.incident.view import incident_view

router = APIRouter()


@router.get("/s/{store}/incidents/{number}", response_class=Response)
def incident_screen(place: AtStore, number: Number) -> Response:
    return show_incident(place, number)


def show_incident(place: Place, number: int, *, notice: str | None = None, status: int = 200) -> Response:
    with place.services.db.reading() as session:
        whole = incidents.whole(session, place.store.id, number)
    if whole is None:
        raise HTTPException(404)
    view = incident_view(whole, place.services.now(), place.words, url=place.url)
    return place.show("incident/incident.html", view, active="history", notice=notice, status=status)
