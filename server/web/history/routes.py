"""The history of a store, with filters that live in the address: every look can be sent as a link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from server.db import cause_tree, outside_hours, places, zone_tree
from server.db import history as rows
from server.rules.rights import Right
from server.web.frame.place import Place, holding
from server.web.history import filters
from server.web.history.filters import Typed
from server.web.history.outside import outside
from server.web.history.view import Choices, history

router = APIRouter()
Looking = Annotated[Place, Depends(holding(Right.SEE_HISTORY))]

SCREENFUL = 50


@router.get("/s/{store}/history", response_class=Response)
def history_screen(request: Request, place: Looking) -> Response:
    typed = filters.read(request.query_params, place.words.local(place.services.now()).date())
    if typed.outside:
        return _outside(place, typed, request.query_params.get("at"))
    cursor = filters.read_cursor(request.query_params.get("at"))
    with place.services.db.reading() as session:
        found = rows.find(session, place.store.id, typed.filters(place.words.zone), cursor, SCREENFUL)
        choices = Choices(
            zone_tree.zones(session, place.store.id),
            places.buttons(session, place.store.id),
            cause_tree.causes(session, place.store.id),
        )
    view = history(typed, found, choices, place.words, url=place.url)
    return place.show("history/history.html", view, active="history")


def _outside(place: Place, typed: Typed, at: str | None) -> Response:
    wanted, cursor = typed.filters(place.words.zone), filters.read_cursor(at)
    before = (cursor.opened_at, cursor.id) if cursor is not None else None
    with place.services.db.reading() as session:
        found = outside_hours.outside_hours(
            session, place.store.id, wanted.first, wanted.last, before, SCREENFUL + 1
        )
    view = outside(typed, found, SCREENFUL, place.words, url=place.url)
    return place.show("history/outside.html", view, active="history")
