"""The history of a store, with filters that live in the address: every look can be sent as a link."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.db import history as rows
from server.db import places
from server.web.frame.place import AtStore
from server.web.history import filters
from server.web.history.view import history

router = APIRouter()

SCREENFUL = 50


@router.get("/s/{store}/history", response_class=Response)
def history_screen(request: Request, place: AtStore) -> Response:
    typed = filters.read(request.query_params, place.words.local(place.services.now()).date())
    cursor = filters.read_cursor(request.query_params.get("at"))
    with place.services.db.reading() as session:
        found = rows.find(session, place.store.id, typed.filters(place.words.zone), cursor, SCREENFUL)
        zones = places.zones(session, place.store.id)
        buttons = places.buttons(session, place.store.id)
    view = history(typed, found, zones, buttons, place.words, url=place.url)
    return place.show("history/history.html", view, active="history")
