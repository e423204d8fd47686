"""What came from the wire and was not allowed, by JSON."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from server.db import refused as rows
from server.web.api.shared import (
    IN_A_STORE,
    Answers,
    BeforeNumber,
    Limit,
    Moment,
    Next,
    Out,
    Problem,
    VisibleStore,
    WithServices,
)
from server.web.frame.access import SignedIn

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


FOR_MANAGERS: Answers = IN_A_STORE | {403: {"model": Problem, "description": "Managers only."}}


@router.get("", summary="Refused messages, newest first", responses=FOR_MANAGERS)
def refused(
    store: VisibleStore,
    services: WithServices,
    visitor: SignedIn,
    limit: Limit = 50,
    before: BeforeNumber = None,
) -> RefusedList:
    """As the screen: a sample may be a quiet call that came in a wrong shape."""
    if visitor.role != "manager":
        raise HTTPException(403, "managers only")
    with services.db.reading() as session:
        found = rows.latest(session, store, limit + 1, before)
    more = found[limit - 1].id if len(found) > limit else None
    return RefusedList(items=[Refused.model_validate(row) for row in found[:limit]], next=more)
