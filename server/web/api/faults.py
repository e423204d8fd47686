"""What is or was wrong with devices, by JSON: for technicians, never an incident."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from broker_config.messages.base import IDENTIFIER
from server.db import faults as rows
from server.rules.rights import Right
from server.web.api.shared import (
    IN_A_STORE,
    BeforeNumber,
    Limit,
    MaybeMoment,
    Moment,
    Next,
    Out,
    WithServices,
    holding,
)

router = APIRouter(prefix="/stores/{store}/faults", tags=["devices"])
Looking = Annotated[str, Depends(holding(Right.SEE_DEVICES))]


class Fault(Out):
    id: int
    device: str
    input: Annotated[int | None, Field(description="null: of the whole device.")]
    kind: Annotated[
        str,
        Field(
            description="Found by the server: gap, counter_back, dead, silent, taken_over, settings_refused, clock. "
            "Told by the device: stuck, chatter, flood, disk_full and others; a newer device may tell new ones."
        ),
    ]
    since: Moment
    told_at: Annotated[Moment, Field(description="When it was last found or told.")]
    ended_at: MaybeMoment
    count: Annotated[int, Field(description="Its figure: edges, pushes, missing presses, takeovers.")]
    text: str


class FaultList(Out):
    items: list[Fault]
    next: Next


@router.get("", summary="Faults of devices, newest first", responses=IN_A_STORE)
def faults(
    store: Looking,
    services: WithServices,
    device: Annotated[str | None, Query(pattern=IDENTIFIER, description="Of this device alone.")] = None,
    open: Annotated[bool, Query(description="Only those that are not over.")] = False,
    limit: Limit = 50,
    before: BeforeNumber = None,
) -> FaultList:
    with services.db.reading() as session:
        found = rows.read_faults(
            session, store, device=device, open_only=open, before=before, limit=limit + 1
        )
    more = found[limit - 1].id if len(found) > limit else None
    return FaultList(items=[Fault.model_validate(row) for row in found[:limit]], next=more)
