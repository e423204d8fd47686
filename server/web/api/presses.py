"""Every press of a store by JSON, also the late ones and those that were taken back; no quiet call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from server.db import incidents as rows
from server.rules.rights import Right
from server.web.api import incident_models
from server.web.api.shared import (
    IN_A_STORE,
    Limit,
    Out,
    WithServices,
    holding,
    read_cursor,
    write_cursor,
)

router = APIRouter(prefix="/stores/{store}/presses", tags=["presses"])
Looking = Annotated[str, Depends(holding(Right.SEE_HISTORY))]


class Press(incident_models.Press):
    incident: Annotated[int | None, Field(description="Number of the incident that it belongs to.")]


class Presses(Out):
    items: list[Press]
    next: Annotated[str | None, Field(description="Hand this in as `before`; null: that was all.")]


@router.get("", summary="Presses, newest first", responses=IN_A_STORE)
def presses(
    store: Looking,
    services: WithServices,
    limit: Limit = 50,
    before: Annotated[str | None, Query(max_length=200, description="`next` of the answer before.")] = None,
) -> Presses:
    after = read_cursor(before) if before is not None else None
    with services.db.reading() as session:
        found = rows.latest_presses(session, store, limit + 1, after)
    more = None
    if len(found) > limit:
        last = found[limit - 1][0]
        more = write_cursor(last.pressed_at, last.id)
    items = [
        Press.model_validate({**press.model_dump(), "incident": number}) for press, number in found[:limit]
    ]
    return Presses(items=items, next=more)
