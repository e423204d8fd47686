"""What came from the wire and was not allowed, by JSON."""

from __future__ import annotations

from fastapi import APIRouter

from server.db import refused as rows
from server.web.api.shared import (
    IN_A_STORE,
    BeforeNumber,
    Limit,
    Moment,
    Next,
    Out,
    VisibleStore,
    WithServices,
)

router = APIRouter(prefix="/stores/{store}/refused", tags=["refused"])


class Refused(Out):
    device: str
    reason: str
    count: int
    first_at: Moment
    last_at: Moment
    topic: str
    detail: str
    sample: str


class RefusedList(Out):
    items: list[Refused]
    next: Next


@router.get("", summary="Refused messages, newest first", responses=IN_A_STORE)
def refused(
    store: VisibleStore, services: WithServices, limit: Limit = 50, before: BeforeNumber = None
) -> RefusedList:
    with services.db.reading() as session:
        found = rows.latest(session, store, limit + 1, before)
    more = found[limit - 1].id if len(found) > limit else None
    return RefusedList(items=[Refused.model_validate(row) for row in found[:limit]], next=more)
