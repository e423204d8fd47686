"""Refused messages, for those who may see them: technicians, security, managers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from server.db import refused as rows
from server.rules.rights import Right
from server.web.frame.place import Place, holding
from server.web.refused.view import refused_list

router = APIRouter()
Looking = Annotated[Place, Depends(holding(Right.SEE_REFUSED))]

SCREENFUL = 100


@router.get("/s/{store}/refused", response_class=Response)
def refused_screen(
    place: Looking, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    with place.services.db.reading() as session:
        found = rows.latest(session, place.store.id, SCREENFUL + 1, before)
    view = refused_list(
        found, SCREENFUL, place.words, url=place.url, quiet=place.visitor.sees_quiet(place.store.id)
    )
    return place.show("refused/refused.html", view, active="devices")
