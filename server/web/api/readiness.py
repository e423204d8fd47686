"""Whether everything works, by JSON; and "try everything now"."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from server.requests import DeskClosed, Refusal, RefusalReason, RunCanaries
from server.rules.canaries import Canary
from server.rules.readiness import Cause, Line, Mood, Thing
from server.rules.rights import Right
from server.web.api.shared import (
    IN_A_STORE,
    Answers,
    MaybeMoment,
    Moment,
    Out,
    Problem,
    WithServices,
    holding,
)
from server.web.frame.access import SignedIn
from server.web.readiness.load import Whole, load

router = APIRouter(prefix="/stores/{store}/readiness", tags=["readiness"])
Looking = Annotated[str, Depends(holding(Right.SEE_BOARD))]
Trying = Annotated[str, Depends(holding(Right.COMMAND_DEVICES))]
RETRY_AFTER_S = 2


class Try(Out):
    device: str
    input: int
    gateway: str | None
    transmitter: str | None
    asked_at: Moment
    final_at: MaybeMoment
    state: str
    pressed: Annotated[bool, Field(description="The button's half of the path is proven.")]
    dialogue: Annotated[
        bool, Field(description="The transmitter answered its line, which is no proof of radio.")
    ]
    radio: Annotated[bool, Field(description="A page went on the air to the canary address.")]
    cause: str | None


class Device(Out):
    thing: Thing
    key: str
    name: str
    mood: Mood
    cause: Cause | None
    since: MaybeMoment
    said: Annotated[str, Field(description="What the device itself said.")]
    inputs: list[int]
    tried: list[Try]


class Day(Out):
    day: date
    opening: Annotated[int, Field(description="Opening minutes until now.")]
    covered: Annotated[int, Field(description="Those in which the whole path held.")]
    lost: Annotated[
        dict[str, int], Field(description="Uncovered minutes by cause; one minute may have several.")
    ]


class Readiness(Out):
    now: Moment
    open: bool
    covered: Annotated[bool, Field(description="The whole path holds: no line is bad.")]
    people: Annotated[int, Field(description="On the floor with a pager.")]
    running: Annotated[int, Field(description="Silent calls under way.")]
    lines: list[Device]
    days: Annotated[list[Day], Field(description="The last 14 days, today first.")]


class WhatToTry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Annotated[
        str | None,
        Field(max_length=32, description="A button unit or a gateway; without it everything is tried."),
    ] = None


class Started(Out):
    store: str


ACTION: Answers = IN_A_STORE | {
    409: {"model": Problem, "description": "There is nothing to be tried, or no such device."},
    503: {"model": Problem, "description": "Not done in time; try again after `Retry-After` seconds."},
}


@router.get("", summary="Does everything work", responses=IN_A_STORE)
def readiness(store: Looking, services: WithServices) -> Readiness:
    now = services.now()
    with services.db.reading() as session:
        whole = load(session, store, now)
    return Readiness(
        now=now,
        open=whole.readiness.open,
        covered=whole.readiness.covered,
        people=whole.readiness.people,
        running=len(whole.running),
        lines=[_device(line) for line in whole.readiness.lines],
        days=_days(whole),
    )


@router.post("/try", summary="Try the whole path in silence", status_code=202, responses=ACTION)
def try_now(
    store: Trying, services: WithServices, visitor: SignedIn, what: WhatToTry | None = None
) -> Started:
    device = what.device if what is not None else None
    try:
        answer = services.desk.ask(RunCanaries(store, visitor.account_id, device, visitor.actor))
    except DeskClosed:
        raise HTTPException(503, "not done in time; try again", {"Retry-After": str(RETRY_AFTER_S)}) from None
    if isinstance(answer, Refusal):
        nothing = answer.reason is RefusalReason.BAD_VALUE
        raise HTTPException(409, "there is nothing to be tried" if nothing else "this account may not try")
    return Started(store=store)


def _device(line: Line) -> Device:
    return Device(
        thing=line.thing,
        key=line.key,
        name=line.name,
        mood=line.mood,
        cause=line.cause,
        since=line.since,
        said=line.said,
        inputs=list(line.inputs),
        tried=[_try(one) for one in line.tried],
    )


def _try(canary: Canary) -> Try:
    return Try(
        device=canary.device,
        input=canary.input,
        gateway=canary.gateway,
        transmitter=canary.transmitter,
        asked_at=canary.asked_at,
        final_at=canary.final_at,
        state=canary.state.value,
        pressed=canary.pressed_at is not None,
        dialogue=canary.dialogue,
        radio=canary.radio,
        cause=canary.cause,
    )


def _days(whole: Whole) -> list[Day]:
    return [
        Day(
            day=one.day,
            opening=one.covered.opening,
            covered=one.covered.covered,
            lost={
                " ".join(part for part in cause if part): spent for cause, spent in one.covered.lost.items()
            },
        )
        for one in whole.days
    ]
