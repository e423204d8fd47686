"""What came from the wire and was not allowed, by JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from server.db import refused as rows
from server.db.tables import Refused as Row
from server.rules.rights import Right
from server.web.api.shared import (
    IN_A_STORE,
    BeforeNumber,
    Limit,
    Moment,
    Next,
    Out,
    WithServices,
    holding,
)
from server.web.frame.access import SignedIn
from server.web.refused.view import sample_for

router = APIRouter(prefix="/stores/{store}/refused", tags=["refused"])
Looking = Annotated[str, Depends(holding(Right.SEE_REFUSED))]


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
    store: Looking,
    services: WithServices,
    visitor: SignedIn,
    limit: Limit = 50,
    before: BeforeNumber = None,
) -> RefusedList:
    """As the screen: no sample that may have been a quiet call, for those who may not know of them."""
    quiet = visitor.sees_quiet(store)
    with services.db.reading() as session:
        found = rows.latest(session, store, limit + 1, before)
    more = found[limit - 1].id if len(found) > limit else None
    return RefusedList(items=[_refused(row, quiet=quiet) for row in found[:limit]], next=more)


def _refused(row: Row, *, quiet: bool) -> Refused:
    return Refused.model_validate({**row.model_dump(), "sample": sample_for(row, quiet=quiet)})
