"""The causes of a store by JSON: what may be named when a call is closed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from server.db import cause_tree
from server.rules.rights import Right
from server.web.api.shared import IN_A_STORE, Out, WithServices, holding

router = APIRouter(prefix="/stores/{store}/causes", tags=["causes"])
Looking = Annotated[str, Depends(holding(Right.SEE_BOARD))]


class Cause(Out):
    id: int
    parent_id: int | None
    code: Annotated[str | None, Field(description="Of a built-in one; screens translate its name.")]
    name: Annotated[str, Field(description="As the store calls it; empty for a built-in one.")]
    active: Annotated[bool, Field(description="Whether it may be chosen now.")]


class Causes(Out):
    items: list[Cause]


@router.get("", summary="Causes, each before those under it", responses=IN_A_STORE)
def causes(store: Looking, services: WithServices) -> Causes:
    with services.db.reading() as session:
        found = cause_tree.causes(session, store)
    return Causes(items=[Cause.model_validate(one) for one in found])
