"""What the nouns of the API share: output models, rights per store, moments, the cursor of a list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, HTTPException, Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from broker_config.messages.base import IDENTIFIER
from server.db import incidents as rows
from server.rules.rights import Right
from server.web.frame.access import SignedIn, Visitor
from server.web.services import Services, services_of

MOST = 200

Answers = dict[int | str, dict[str, Any]]


class Out(BaseModel):
    """An answer. Moments are UTC."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Problem(Out):
    detail: str


NOT_SIGNED_IN: Answers = {401: {"model": Problem, "description": "Sign in first."}}
NOT_FOUND: Answers = {
    404: {
        "model": Problem,
        "description": "There is no such thing, or it belongs to a store you may not see.",
    }
}
NOT_ALLOWED: Answers = {403: {"model": Problem, "description": "Not by the role of this account."}}
IN_A_STORE: Answers = NOT_SIGNED_IN | NOT_ALLOWED | NOT_FOUND


def of_app(request: Request) -> Services:
    return services_of(request)


WithServices = Annotated[Services, Depends(of_app)]


def _visible_store(
    store: Annotated[str, Path(pattern=IDENTIFIER, description="Id of the store.")],
    visitor: SignedIn,
    services: WithServices,
) -> str:
    """The store of the path. A foreign one and one that does not exist look the same from outside."""
    if visitor.may_see(store):
        with services.db.reading() as session:
            if rows.has_store(session, store):
                return store
    raise HTTPException(404, "no such store")


_VisibleStore = Annotated[str, Depends(_visible_store)]


@cache
def holding(right: Right) -> Callable[[str, Visitor], str]:
    """A dependency: the store of the path, for whoever has this right there. Every route of a store names one."""

    def held(store: _VisibleStore, visitor: SignedIn) -> str:
        if not visitor.may(right, store):
            raise HTTPException(403, "not by the role of this account")
        return store

    return held


Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
BeforeNumber = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="`next` of the page before; without it the newest.")
]
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LAST = datetime(2100, 1, 1, tzinfo=UTC)


def _of_our_days(moment: datetime) -> datetime:
    """Nearer to the ends of the calendar, no clock of a store can be computed."""
    if not FIRST <= moment < LAST:
        raise ValueError("must lie between 2000 and 2100")
    return moment


GivenMoment = Annotated[AwareDatetime, AfterValidator(_of_our_days)]
"""One that somebody hands in."""
Moment = AwareDatetime
MaybeMoment = AwareDatetime | None
Next = Annotated[
    int | None, Field(description="Hand this in as `before` for what is older; null: that was all.")
]


def write_cursor(moment: datetime, row: UUID) -> str:
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {row}".encode()).decode("ascii")


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Raises 422 for anything that `write_cursor` did not make."""
    try:
        moment, row = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().split(" ")
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None or not 1 < parsed.year < 9999:
            raise ValueError("naive, or at the very end of the calendar")
        return parsed, UUID(row)
    except (ValueError, binascii.Error):
        raise HTTPException(422, "before: use `next` of an earlier answer") from None
