"""Incidents by JSON: the list, one with all that belongs to it, and the three things that people do to it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator

from server import requests
from server.db import incidents as rows
from server.requests import DeskClosed, Done, Refusal, RefusalReason
from server.rules.incidents import SAID_BY_STAFF, Outcome, State
from server.web.api.shared import (
    IN_A_STORE,
    Answers,
    BeforeNumber,
    Limit,
    MaybeMoment,
    Moment,
    Next,
    Out,
    Problem,
    VisibleStore,
    WithServices,
)
from server.web.frame.access import SignedIn
from server.web.services import Services

router = APIRouter(prefix="/stores/{store}/incidents", tags=["incidents"])

RETRY_AFTER_S = 2
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the incident in its store.")]


class Filter(StrEnum):
    ALL = "all"
    OPEN = "open"
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    ATTENDED = "attended"
    CLOSED = "closed"


class Incident(Out):
    id: UUID
    number: int
    state: State
    purpose: str
    zone: str | None
    button: str | None
    priority: int
    press_count: int
    again: bool
    opened_at: Moment
    exit_at: Moment
    called_at: MaybeMoment
    nobody_at: MaybeMoment
    acknowledged_at: MaybeMoment
    attended_at: MaybeMoment
    attended_how: str | None
    closed_at: MaybeMoment
    outcome: Outcome | None


class Press(Out):
    id: UUID
    device: str
    input: int
    seq: int
    kind: str
    purpose: str
    state: str
    pressed_at: Moment
    received_at: Moment
    age_ms: int
    age_known: bool
    tries: int


class Page(Out):
    id: UUID
    step: int
    reason: str
    pager: str
    gateway: str
    transmitter: str
    body: str
    state: str
    proof: Annotated[
        str, Field(description="What the transmitter proved. Nobody knows what a one-way pager got.")
    ]
    attempt: int
    created_at: Moment
    ordered_at: MaybeMoment
    held_at: MaybeMoment
    final_at: MaybeMoment
    tx_ms: int | None
    error_code: str | None


class Entry(Out):
    id: int
    at: Moment
    action: str
    old: str | None
    new: str | None
    by: str | None
    detail: dict[str, Any]


class WholeIncident(Incident):
    acknowledged_by: str | None
    attended_by: str | None
    closed_by: str | None
    presses: list[Press]
    pages: list[Page]
    journal: list[Entry]


class Incidents(Out):
    items: list[Incident]
    next: Next


class Changed(Out):
    state: State


class NotChanged(Out):
    reason: RefusalReason
    state: State | None
    by: Annotated[str | None, Field(description="Who was faster.")]


class HowItEnded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome

    @field_validator("outcome")
    @classmethod
    def _a_person_may_say_it(cls, value: Outcome) -> Outcome:
        if value not in SAID_BY_STAFF:
            raise ValueError(f"must be one of {', '.join(SAID_BY_STAFF)}")
        return value


ACTION: Answers = IN_A_STORE | {
    409: {"model": NotChanged, "description": "Nothing changed: what is so instead."},
    503: {"model": Problem, "description": "Not done in time; try again after `Retry-After` seconds."},
}


@router.get("", summary="Incidents, newest first", responses=IN_A_STORE)
def incidents(
    store: VisibleStore,
    services: WithServices,
    state: Annotated[Filter, Query(description="`open` is everything but `closed`.")] = Filter.ALL,
    limit: Limit = 50,
    before: BeforeNumber = None,
) -> Incidents:
    wanted: tuple[State, ...] | None
    match state:
        case Filter.ALL:
            wanted = None
        case Filter.OPEN:
            wanted = rows.OPEN
        case _:
            wanted = (State(state.value),)
    with services.db.reading() as session:
        found = rows.latest(session, store, limit + 1, before, wanted)
    more = found[limit - 1].incident.number if len(found) > limit else None
    return Incidents(items=[_incident(listed) for listed in found[:limit]], next=more)


@router.get("/{number}", summary="One incident with its presses, pages and journal", responses=IN_A_STORE)
def incident(store: VisibleStore, number: Number, services: WithServices) -> WholeIncident:
    with services.db.reading() as session:
        whole = rows.whole(session, store, number)
    if whole is None:
        raise HTTPException(404, "no such incident")
    row = whole.listed.incident
    return WholeIncident(
        **_incident(whole.listed).model_dump(),
        acknowledged_by=whole.names.get(row.acknowledged_by_id or 0),
        attended_by=whole.names.get(row.attended_by_id or 0),
        closed_by=whole.names.get(row.closed_by_id or 0),
        presses=[Press.model_validate(press) for press in whole.presses],
        pages=[Page.model_validate({**page.model_dump(), "pager": label}) for page, label in whole.pages],
        journal=[Entry.model_validate({**entry.model_dump(), "by": name}) for entry, name in whole.journal],
    )


@router.post("/{number}/acknowledge", summary="I am going", response_model=Changed, responses=ACTION)
def acknowledge(
    store: VisibleStore, number: Number, services: WithServices, visitor: SignedIn
) -> Changed | JSONResponse:
    return _ask(services, store, number, lambda which: requests.Acknowledge(which, visitor.account_id))


@router.post("/{number}/arrive", summary="I am with the customer", response_model=Changed, responses=ACTION)
def arrive(
    store: VisibleStore, number: Number, services: WithServices, visitor: SignedIn
) -> Changed | JSONResponse:
    return _ask(services, store, number, lambda which: requests.Arrive(which, visitor.account_id))


@router.post("/{number}/close", summary="It is over", response_model=Changed, responses=ACTION)
def close(
    store: VisibleStore, number: Number, services: WithServices, visitor: SignedIn, how: HowItEnded
) -> Changed | JSONResponse:
    return _ask(services, store, number, lambda which: requests.Close(which, visitor.account_id, how.outcome))


def _ask(
    services: Services, store: str, number: int, build: Callable[[UUID], requests.Request]
) -> Changed | JSONResponse:
    with services.db.reading() as session:
        which = rows.id_of(session, store, number)
    if which is None:
        raise HTTPException(404, "no such incident")
    try:
        answer = services.desk.ask(build(which))
    except DeskClosed:
        raise HTTPException(503, "not done in time; try again", {"Retry-After": str(RETRY_AFTER_S)}) from None
    match answer:
        case Done(state=state):
            return Changed(state=state)
        case Refusal(reason=reason, state=was, by=by):
            with services.db.reading() as session:
                who = rows.names(session, {by}).get(by) if by is not None else None
            return JSONResponse(NotChanged(reason=reason, state=was, by=who).model_dump(mode="json"), 409)


def _incident(listed: rows.Listed) -> Incident:
    row = listed.incident
    return Incident.model_validate(
        {**row.model_dump(), "zone": listed.zone, "button": listed.button, "press_count": row.presses}
    )
