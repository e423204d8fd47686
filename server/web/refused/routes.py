"""Refused messages, for managers and technicians."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from server.db import refused as rows
from server.web.frame.place import AtStoreAsManager
from server.web.refused.view import refused_list

router = APIRouter()

SCREENFUL = 100


@router.get("/s/{store}/refused", response_class=Response)
def refused_screen(
    place: AtStoreAsManager, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    with place.services.db.reading() as session:
        found = rows.latest(session, place.store.id, SCREENFUL + 1, before)
    view = refused_list(found, SCREENFUL, place.words, url=place.url)
    return place.show("refused/refused.html", view, active="refused")
